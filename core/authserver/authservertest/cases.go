package authservertest

import (
	"net/http"
	"testing"

	"golang.org/x/oauth2"

	"linkdesk/core"
)

// Case is one claim about the server.
type Case struct {
	Name string // TestB07_EveryCodeIsAsked
	Run  func(*World)
}

// Run runs all cases, each on a World of its own.
func Run(t *testing.T, open Backend) {
	for _, list := range [][]Case{flowCases, authorizeCases, tokenCases, apiCases, manageCases, faultCases} {
		for _, c := range list {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				c.Run(NewWorld(t, open))
			})
		}
	}
}

var flowCases = []Case{
	{"TestWholeFlow", wholeFlow},
}

// wholeFlow is what every client does, by a client that others wrote.
func wholeFlow(w *World) {
	c := w.Config(core.OrdersRead, core.SegmentsWrite)
	verifier := oauth2.GenerateVerifier()
	a := w.Get(c.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier)))
	q := w.S.Consents().Pending()[0]
	w.Decide(q, Yes(q))
	back := w.Get(a.To())
	if back.Status != http.StatusSeeOther || back.Query("state") != "the state" || back.Query("iss") != w.Base {
		w.T.Fatalf("%d %s", back.Status, back.To())
	}
	ctx := w.T.Context()
	token, err := c.Exchange(ctx, back.Query("code"), oauth2.VerifierOption(verifier))
	w.must(err)
	if token.TokenType != "Bearer" || token.ExpiresIn != 3600 || token.Extra("scope") != "orders:read segments:write" {
		w.T.Errorf("%s %d %v", token.TokenType, token.ExpiresIn, token.Extra("scope"))
	}
	if !w.Works(token.AccessToken) {
		w.T.Error("the token does not work")
	}
	again, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	w.must(err)
	if again.AccessToken == token.AccessToken || again.RefreshToken == token.RefreshToken || !w.Works(again.AccessToken) {
		w.T.Error("the renewal gave nothing new")
	}
	if a := w.Post("/oauth/revoke", w.As("token", again.RefreshToken)...); a.Status != http.StatusOK || a.Body != "{}" {
		w.T.Errorf("revocation: %d %s", a.Status, a.Body)
	}
	if w.Works(token.AccessToken) || w.Works(again.AccessToken) {
		w.T.Error("a token works after the access was given back")
	}
}
