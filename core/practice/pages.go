package practice

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed pages
var files embed.FS

// pages are the templates by file name, each with the common frame.
var pages = parsePages("account.html", "allow.html", "silent.html", "problem.html", "desk.html")

func parsePages(names ...string) map[string]*template.Template {
	set := map[string]*template.Template{}
	for _, name := range names {
		set[name] = template.Must(template.ParseFS(files, "pages/frame.html", "pages/"+name))
	}
	return set
}

func asset(name, mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		http.ServeFileFS(w, r, files, "pages/"+name)
	}
}

// render writes a page. A form in it may lead to the address after, if there is one.
func (s *Store) render(w http.ResponseWriter, status int, name string, data any, after *url.URL) {
	var page bytes.Buffer
	if err := pages[name].ExecuteTemplate(&page, "frame.html", data); err != nil {
		s.log.Error("A page of the practice store is broken", "page", name, "error", err)
		http.Error(w, "This page is broken.", http.StatusInternalServerError)
		return
	}
	if after != nil && strings.Contains(after.Hostname(), ":") {
		w.Header().Set("Content-Security-Policy", policy(false))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

// problem shows what went wrong on a page of its own.
func (s *Store) problem(w http.ResponseWriter, status int, title, text string) {
	s.render(w, status, "problem.html", struct{ Title, Text string }{title, text}, nil)
}

// The forms of the sign-in pages, which scripted browsers may rely on:
//
//	POST /signin/account   tx, account = ada | ben
//	POST /signin/allow     tx, scope (check boxes, all ticked), decision = allow | deny

type accountRow struct{ Login, Owner, Shop, Email, Initials string }

// accountPage is the first page: who are you?
func (s *Store) accountPage(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("tx")
	t, ok := s.pendingBy(w, id)
	if !ok {
		return
	}
	var rows []accountRow
	for _, a := range accounts {
		rows = append(rows, accountRow{a.login, a.owner, a.shop, a.email, a.owner[:1] + "E"})
	}
	s.render(w, http.StatusOK, "account.html", struct {
		Tx       string
		Accounts []accountRow
	}{id, rows}, t.redirect)
}

// allowPage is the second page: what may Linkdesk do?
func (s *Store) allowPage(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("tx")
	t, ok := s.pendingBy(w, id)
	if !ok {
		return
	}
	a, ok := accountBy(func(a account) bool { return a.id == t.account })
	if !ok {
		http.Redirect(w, r, "/signin/account?tx="+url.QueryEscape(id), http.StatusSeeOther)
		return
	}
	var asked []scope
	for _, name := range t.scopes {
		p, _ := scopeBy(name)
		asked = append(asked, p)
	}
	s.render(w, http.StatusOK, "allow.html", struct {
		Tx, Owner, Shop, Back string
		Scopes                []scope
	}{id, a.owner, a.shop, t.redirect.Host, asked}, t.redirect)
}
