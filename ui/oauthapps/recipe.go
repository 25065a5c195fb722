package oauthapps

import (
	"net/url"
	"strings"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
)

// Recipe is what to enter in a program so that it reads through an app.
type Recipe struct {
	Program string
	Note    string // what to know before; may be empty
	Lines   []Setting
	Problem string // why it will not work as things are; "" when it will
}

// Setting is one field of the program, or one command. Label is as the program
// calls it, in English as most of them do.
type Setting struct {
	Label string
	Value string
	Plain bool // for reading, not for copying
}

// n8nReturn is where n8n on this computer has the browser return to.
const n8nReturn = "http://localhost:5678" + n8nPath

// n8nPath is how every address ends that n8n has the browser return to.
const n8nPath = "/rest/oauth2-credential/callback"

// postmanReturn is where Postman's own sign-in returns to.
const postmanReturn = "https://oauth.pstmn.io/v1/callback"

// preset is an address that a well-known program returns to.
type preset struct{ title, uri string }

// presets are the buttons beside the redirect URI. The second is not accepted
// before its first part is replaced.
func presets() []preset {
	return []preset{
		{kit.T("n8n (this computer)"), n8nReturn},
		{kit.T("n8n (own address)"), "https://YOUR-N8N" + n8nPath},
		{"Postman", postmanReturn},
		{kit.T("Other"), ""},
	}
}

// recipes are the programs that are explained, the most likely first.
func recipes(a authserver.App, at Address) []Recipe {
	origin := at.Origin
	return []Recipe{n8n(a, origin, origin), n8nInDocker(a, at), cloud("Make", a, origin), cloud("Zapier", a, origin), postman(a, origin), curl(a, origin)}
}

func authorizeURL(origin string) string { return origin + "/oauth/authorize" }
func tokenURL(origin string) string     { return origin + "/oauth/token" }
func scopeText(a authserver.App) string { return core.JoinScopes(a.Scopes, " ") }

// secretHint stands where the secret belongs: it is not kept, so it cannot be copied.
func secretHint(a authserver.App) Setting {
	if a.Public {
		return Setting{"Client Secret", kit.T("leave empty"), true}
	}
	if len(a.Secrets) == 0 {
		return Setting{"Client Secret", kit.T("make a new one under Credentials"), true}
	}
	return Setting{"Client Secret", kit.T("the one that ends in {four}", "four", a.Secrets[0].LastFour), true}
}

// n8n signs in by the person's browser at origin, and sends all else itself to
// inside: another address when it runs in a container.
func n8n(a authserver.App, origin, inside string) Recipe {
	grant := "Authorization Code"
	if a.Public || a.RequirePKCE {
		grant = "PKCE"
	}
	back := addressOf(a, n8nPath)
	shown := back
	if back == "" {
		shown = kit.T("{app} shows it: add it to this app", "app", "n8n")
	}
	note := kit.T("In n8n, add a credential “OAuth2 API”, enter this, then press “Connect my account”.") + " " +
		kit.T("The last five are for the node “HTTP Request” with its option “Pagination”.")
	r := Recipe{Program: "n8n", Note: note, Lines: []Setting{
		{"OAuth Redirect URL", shown, true}, // n8n shows it and does not let it be changed
		{"Grant Type", grant, true},
		{"Authorization URL", authorizeURL(origin), false},
		{"Access Token URL", tokenURL(inside), false},
		{"Client ID", a.ClientID, false},
		secretHint(a),
		{"Scope", scopeText(a), false},
		{"Auth URI Query Parameters", kit.T("leave empty"), true},
		{"Authentication", "Body", true},
		{"URL", inside + "/v1/" + firstData(a) + "?limit=250", false},
		{"Pagination Mode", "Update a Parameter in Each Request", true},
		{"Parameters (Query): cursor", "{{ $response.body.next }}", false},
		{"Pagination Complete When", "Other", true},
		// Not “!…next”: n8n would take an error in the middle for the end.
		{"Complete Expression", "{{ $response.body.next === null }}", false},
	}}
	switch {
	case a.Public: // n8n shows the button only when the field of the secret is not empty
		r.Problem = kit.T("n8n does not connect without a Client Secret, and this app has none. Create an app for n8n that keeps a secret.")
	case back == "":
		r.Problem = kit.T("None of the redirect URIs of this app is one of n8n. Edit the app and press “n8n (this computer)”.")
	}
	return r
}

func n8nInDocker(a authserver.App, at Address) Recipe {
	r := n8n(a, at.Origin, at.inDocker())
	r.Program = "n8n (Docker)"
	r.Note += " " + kit.T("On Linux start the container with {option}.", "option", hostOption)
	if r.Problem == "" && at.Docker == "" {
		r.Problem = kit.T("Containers cannot reach Linkdesk yet: press “Allow Docker or my network…” above.")
	}
	return r
}

// cloud is a program that runs on the internet and so cannot reach this computer by itself.
func cloud(name string, a authserver.App, origin string) Recipe {
	return Recipe{Program: name,
		Note: kit.T("{app} runs on the internet and cannot reach this computer by itself. It needs an agent or a tunnel of yours, whose address then stands in place of {origin}.", "app", name, "origin", origin),
		Lines: []Setting{
			{"Redirect URI", kit.T("{app} shows it: add it to this app", "app", name), true},
			{"Authorize URI", authorizeURL(origin), false},
			{"Token URI", tokenURL(origin), false},
			{"Client ID", a.ClientID, false},
			secretHint(a),
			{"Scope", scopeText(a), false},
			{"Scope separator", kit.T("a space"), true},
		}}
}

func postman(a authserver.App, origin string) Recipe {
	grant := "Authorization Code"
	if a.Public || a.RequirePKCE {
		grant = "Authorization Code (With PKCE)"
	}
	r := Recipe{Program: "Postman", Note: kit.T("In a request, open “Authorization”, choose OAuth 2.0, enter this, then press “Get New Access Token”."), Lines: []Setting{
		{"Grant type", grant, true},
		{"Callback URL", postmanReturn, false},
		{"Auth URL", authorizeURL(origin), false},
		{"Access Token URL", tokenURL(origin), false},
		{"Client ID", a.ClientID, false},
		secretHint(a),
		{"Scope", scopeText(a), false},
		{"Client Authentication", "Send client credentials in body", true},
	}}
	if addressOf(a, postmanReturn) == "" {
		r.Problem = kit.T("The address that Postman returns to is not among the redirect URIs of this app. Edit the app and press “Postman”.")
	}
	return r
}

// curl shows every step by hand. The words in capitals are for the person to replace.
func curl(a authserver.App, origin string) Recipe {
	back := ""
	if len(a.RedirectURIs) > 0 {
		back = a.RedirectURIs[0]
	}
	ask := url.Values{"response_type": {"code"}, "client_id": {a.ClientID}, "redirect_uri": {back}, "scope": {scopeText(a)}, "state": {"STATE"}}
	proof, who := "", " -d client_secret=SECRET"
	var lines []Setting
	if a.Public || a.RequirePKCE {
		lines = append(lines, Setting{kit.T("Proof"), `verifier=$(openssl rand -hex 32); printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '='`, false})
		ask.Set("code_challenge_method", "S256")
		ask.Set("code_challenge", "PROOF")
		proof = ` -d code_verifier="$verifier"`
	}
	if a.Public {
		who = ""
	}
	lines = append(lines,
		Setting{kit.T("In the browser"), authorizeURL(origin) + "?" + ask.Encode(), false},
		Setting{kit.T("Fetch the key"), "curl -d grant_type=authorization_code -d code=CODE -d client_id=" + a.ClientID + who + proof +
			" --data-urlencode redirect_uri=" + quote(back) + " " + tokenURL(origin), false},
		Setting{kit.T("Read"), "curl -H 'Authorization: Bearer TOKEN' " + origin + "/v1/" + firstData(a), false},
		Setting{kit.T("Renew"), "curl -d grant_type=refresh_token -d refresh_token=REFRESH -d client_id=" + a.ClientID + who + " " + tokenURL(origin), false},
	)
	return Recipe{Program: "curl", Lines: lines,
		Note: kit.T("Replace the words in capitals. CODE stands in the address that the browser ends at, and is good for a minute.")}
}

// quote makes an address one word for a shell; CheckRedirectURI lets ' through.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func firstData(a authserver.App) string {
	for _, s := range a.Scopes {
		if !s.Writes() {
			return string(s.Model())
		}
	}
	return string(core.Segments)
}

// addressOf returns the redirect URI of an app that ends so, "" when none does.
func addressOf(a authserver.App, end string) string {
	for _, uri := range a.RedirectURIs {
		if strings.HasSuffix(uri, end) {
			return uri
		}
	}
	return ""
}

// Text is the whole recipe for pasting somewhere.
func (r Recipe) Text() string {
	var b strings.Builder
	for _, l := range r.Lines {
		b.WriteString(l.Label + ": " + l.Value + "\n")
	}
	return b.String()
}
