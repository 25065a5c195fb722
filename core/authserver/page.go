package authserver

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var (
	pageTemplate = template.Must(template.New("page").Parse(pageText))
	pagePolicy   = "default-src 'none'; style-src 'sha256-" + styleHash() + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the browser shows (product section 5.6): no script, nothing from
// elsewhere.
type page struct {
	Mark, Title, Text string
	Again             bool // it loads itself again
	Rows              []pageRow
}

// pageRow is an address with the part marked that differs.
type pageRow struct{ Label, Same, Differs, Rest string }

var (
	badRequestPage = page{Mark: "bad", Title: "This app may not ask", Text: "What it sent cannot be read. Check the app's settings against those that Linkdesk shows."}
	troublePage    = page{Mark: "bad", Title: "Linkdesk cannot ask right now", Text: "It could not use its data file. Nothing was changed. Try again in the app."}
	overPage       = page{Mark: "ended", Title: "This question has ended", Text: "Start again in the app. You can close this tab."}
)

func waitingPage(app string) page {
	return page{Mark: "wait", Title: "Please answer in Linkdesk", Again: true,
		Text: "The question “" + app + " wants to read your data” is open there. This page continues by itself."}
}

func unknownPage(clientID string) page {
	p := page{Mark: "bad", Title: "This app may not ask", Text: "Linkdesk knows no app with this Client ID. Copy the Client ID from Linkdesk into the app once more."}
	if clientID != "" {
		p.Rows = []pageRow{{Label: "Asked", Same: show(clientID)}}
	}
	return p
}

// mismatchPage shows the address asked for beside those registered (product row P-20).
func mismatchPage(app, asked string, registered []string) page {
	p := page{Mark: "bad", Title: "This app may not ask",
		Text: "“" + app + "” wants to return to an address that is not registered. Make the two the same, in the app or in Linkdesk."}
	closest := ""
	for _, uri := range registered {
		if closest == "" || common(uri, asked) > common(closest, asked) {
			closest = uri
		}
	}
	p.Rows = append(p.Rows, differing("Asked", show(asked), show(closest)))
	if asked == "" {
		p.Rows[0].Rest = "(none)"
	}
	for _, uri := range registered {
		p.Rows = append(p.Rows, differing("Registered", show(uri), show(asked)))
	}
	return p
}

// differing marks what of a differs from b, between the same beginning and the same end.
func differing(label, a, b string) pageRow {
	ra, rb := []rune(a), []rune(b)
	head := common(a, b)
	tail := 0
	for tail < min(len(ra), len(rb))-head && ra[len(ra)-1-tail] == rb[len(rb)-1-tail] {
		tail++
	}
	return pageRow{Label: label, Same: string(ra[:head]), Differs: string(ra[head : len(ra)-tail]), Rest: string(ra[len(ra)-tail:])}
}

// common returns how many characters two texts begin alike with.
func common(a, b string) (n int) {
	ra, rb := []rune(a), []rune(b)
	for n < min(len(ra), len(rb)) && ra[n] == rb[n] {
		n++
	}
	return n
}

// send writes the page.
func (p page) send(w http.ResponseWriter, status int) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		page
		Style template.CSS
	}{p, template.CSS(pageStyle)})
	secure(w)
	if err != nil { // the template is ours; a test shows each page
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// secure sets what every page and redirect carries: nothing is kept, framed,
// guessed or told on. There is no Cross-Origin-Opener-Policy: n8n opens the
// sign-in in a window of its own, which has to find back to the one that opened it.
func secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}
