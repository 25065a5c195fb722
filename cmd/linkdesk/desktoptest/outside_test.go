//go:build desktop

package desktoptest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// everyScope is all that an app can ask for.
var everyScope = []string{"stores:read", "customers:read", "orders:read", "products:read", "segments:read", "segments:write"}

// longName is as long as the name of an app may be.
const longName = "The weekly report of the Lumen Prints family, Rotterdam West"

// outsideApp is a program on this computer that wants to read, as n8n is: it has
// a page of its own with a button that opens the sign-in in another tab.
type outsideApp struct {
	c        *computer
	name     string
	id       string
	clientID string
	secret   string
	home     string // its own page
	redirect string // where the browser brings the answer

	link, state, verifier string // of the request that is under way
	came                  chan url.Values
}

// registered is what `linkdesk apps create` prints.
type registered struct {
	ID           string
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// newShop is a computer whose practice store is connected and copied, with an
// address for apps that no other Linkdesk on this machine wants.
func newShop(t *testing.T, name, theme string, env ...string) *computer {
	t.Helper()
	must(t, "gui-browser", "--use", "chromium")
	t.Cleanup(func() { tool("gui-browser", "--use", "none") })
	c := newComputer(t, name, theme)
	c.env = append(c.env, env...)
	c.into(&[]any{}, "connections", "list") // makes the data file
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	c.database(func(db *sql.DB) error {
		_, err := db.Exec(`INSERT INTO preference (key, value) VALUES ('local.port', ?)`, port)
		return err
	})
	c.address = "http://127.0.0.1:" + port
	c.open()
	c.connect()
	c.waitSentence("Connected")
	must(t, "gui-tray", "click", "Sync now")
	c.waitSentence("Up to date")
	return c
}

// newApp registers an app on the command line and starts its page.
func (c *computer) newApp(name string, scopes ...string) *outsideApp {
	c.t.Helper()
	a := &outsideApp{c: c, name: name, came: make(chan url.Values, 9)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { a.page(w, true) })
	mux.HandleFunc("GET /rest/oauth2-credential/callback", func(w http.ResponseWriter, r *http.Request) {
		c.keepAddress(r.URL.String())
		a.came <- r.URL.Query()
		a.page(w, false)
	})
	server := httptest.NewServer(mux)
	c.t.Cleanup(server.Close)
	a.home, a.redirect = server.URL+"/", server.URL+"/rest/oauth2-credential/callback"
	args := []string{"apps", "create", "--json", "--name", name, "--redirect", a.redirect}
	for _, s := range scopes {
		args = append(args, "--scope", s)
	}
	cmd := c.command(args...)
	var out bytes.Buffer
	cmd.Stdout = &out // not with what else is printed: the secret is shown here on purpose
	var made registered
	if err := cmd.Run(); err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &made); err != nil || made.ClientSecret == "" {
		c.t.Fatalf("apps create: %v", err)
	}
	a.id, a.clientID, a.secret = made.ID, made.ClientID, made.ClientSecret
	c.keep(a.secret, "client secret")
	return a
}

var appPage = template.Must(template.New("app").Parse(`<!DOCTYPE html><meta charset="utf-8"><title>{{.Name}}</title>
<body style="font:16px sans-serif; margin:3em"><h1>{{.Name}}</h1>
{{if .Link}}<p><a id="connect" target="_blank" rel="opener" href="{{.Link}}">Connect my account</a>{{else}}<p id="back">Back in the app.{{end}}`))

// framePage tries every way but a tab of its own to open a link.
var framePage = template.Must(template.New("frame").Parse(`<!DOCTYPE html><meta charset="utf-8"><title>Another page</title>
<link rel="prefetch" href="{{.}}"><body style="font:16px sans-serif"><h1>Another page</h1>
<iframe src="{{.}}" width="420" height="300"></iframe> <object data="{{.}}" width="420" height="300"></object>
<embed src="{{.}}" width="420" height="300"> <img src="{{.}}" alt="">
<p id="tried"></p><script>
const link = {{.}}, say = () => document.getElementById("tried").textContent = "done";
addEventListener("load", () => fetch(link, {mode: "no-cors"}).then(say, say));
</script>`))

// page is the app's own page: before, or after the browser came back.
func (a *outsideApp) page(w http.ResponseWriter, before bool) {
	link := ""
	if before {
		link = a.link
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	appPage.Execute(w, struct{ Name, Link string }{a.name, link})
}

// prepare makes a request for access with that scope; "" asks for all that is registered.
func (a *outsideApp) prepare(scope string) {
	a.state, a.verifier = rand.Text(), rand.Text()+rand.Text()
	a.c.keep(a.state, "state")
	a.c.keep(a.verifier, "verifier")
	sum := sha256.Sum256([]byte(a.verifier))
	q := url.Values{"response_type": {"code"}, "client_id": {a.clientID}, "redirect_uri": {a.redirect}, "state": {a.state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if scope != "" {
		q.Set("scope", scope)
	}
	a.link = a.c.address + "/oauth/authorize?" + q.Encode()
}

// connect presses the button on the app's page, and stays in the tab that opens.
func (a *outsideApp) connect(b *browser) {
	a.c.t.Helper()
	a.prepare("")
	b.call(nil, "POST", "/window", map[string]any{"handle": b.tab()})
	b.call(nil, "POST", "/url", map[string]any{"url": a.home})
	b.click("#connect")
}

// waits goes to the tab that waits for the answer, and checks what it says. That
// brings Chromium to the front; the tray leads back to the question.
func (a *outsideApp) waits(b *browser) {
	a.c.t.Helper()
	b.choose("the waiting page of "+a.name, func() bool {
		return strings.HasPrefix(b.at(), a.c.address+"/oauth/wait/") && strings.Contains(b.text("body"), "“"+a.name+" wants to read your data”")
	})
	if words := b.text("body"); !strings.Contains(words, "Please answer in Linkdesk") || !strings.Contains(words, "This page continues by itself") {
		a.c.t.Errorf("the waiting page says %q", words)
	}
	if n := len(b.all("script, iframe, img, link, form")); n != 0 {
		a.c.t.Errorf("%d parts of the waiting page run or load something", n)
	}
	a.c.lookAll("waiting")
	must(a.c.t, "gui-tray", "click", "? "+a.name+" asks for access")
	eventually(a.c.t, "the question in front", a.c.inFront)
}

// answer is what the browser brings back, by itself.
func (a *outsideApp) answer(b *browser) url.Values {
	t := a.c.t
	t.Helper()
	var got url.Values
	eventually(t, "the answer for "+a.name, func() bool {
		select {
		case got = <-a.came:
			return true
		default:
			return false
		}
	})
	if got.Get("state") != a.state || got.Get("iss") != a.c.address {
		t.Errorf("%s: the answer has not the state that was sent, or comes from %q", a.name, got.Get("iss"))
	}
	if (got.Get("code") == "") == (got.Get("error") == "") {
		t.Errorf("%s: the answer has a code and an error, or neither", a.name)
	}
	b.choose("the page of "+a.name, func() bool { return strings.HasPrefix(b.at(), a.redirect) && b.text("#back") != "" })
	a.c.lookAll("returned")
	if a.c.windowID() != 0 {
		a.c.front()
	}
	return got
}

// refused checks that the answer is no.
func (a *outsideApp) refused(b *browser, code string) {
	a.c.t.Helper()
	if got := a.answer(b); got.Get("error") != code {
		a.c.t.Errorf("%s: the answer is %q, want %q", a.name, got.Get("error"), code)
	}
}

// tokens are what a code is changed into.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Scope   string
}

// exchange changes the code of an answer.
func (a *outsideApp) exchange(code string) (got tokens, status int) {
	a.c.t.Helper()
	answer, err := httpClient.PostForm(a.c.address+"/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {a.redirect}, "code_verifier": {a.verifier}, "client_id": {a.clientID}, "client_secret": {a.secret}})
	if err != nil {
		a.c.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		a.c.t.Fatal(err)
	}
	a.c.keep(got.Access, "access token")
	a.c.keep(got.Refresh, "refresh token")
	return got, answer.StatusCode
}

// read calls the API.
func (a *outsideApp) read(path, token string) (text string, status int) {
	a.c.t.Helper()
	r, err := http.NewRequest("GET", a.c.address+"/v1/"+path, nil)
	if err != nil {
		a.c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := httpClient.Do(r)
	if err != nil {
		a.c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	body.ReadFrom(answer.Body)
	return body.String(), answer.StatusCode
}

// askWithoutBrowser asks as a program would that is no browser; its question
// waits only while its page is loaded again.
func (a *outsideApp) askWithoutBrowser() {
	a.c.t.Helper()
	a.prepare("")
	answer, err := httpClient.Get(a.link)
	if err != nil || answer.StatusCode != http.StatusOK {
		a.c.t.Fatal(fmt.Errorf("the question of %s: %v", a.name, err))
	}
	answer.Body.Close()
}
