package signin

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"

	"linkdesk/core"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var (
	pageTemplate = template.Must(template.New("page").Parse(pageText))
	pagePolicy   = "default-src 'none'; style-src 'sha256-" + hash(pageStyle) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the browser shows at the end (product section 5.6). It holds
// the name of the service and nothing that came with a request.
type page struct{ Mark, Title, Text string }

var (
	endedPage   = page{"ended", "This sign-in has ended", "Start again in Linkdesk. You can close this tab."}
	foreignPage = page{"ended", "This page belongs to another sign-in", "Linkdesk still waits for the one you began last. You can close this tab."}
)

// resultPage returns the page for how a sign-in ended.
func resultPage(service string, err error) page {
	const close = " You can close this tab and go back to Linkdesk."
	switch core.CodeOf(err) {
	case "":
		return page{"good", service + " is connected to Linkdesk", close[1:]}
	case core.CodeConsentDenied:
		return page{"ended", "Access was not allowed", "Nothing was changed." + close}
	case core.CodeAccountMismatch:
		return page{"bad", "That was a different account", "Nothing was changed. Linkdesk tells you which account it expects." + close}
	case core.CodeCancelled, core.CodeConsentTimeout:
		return endedPage
	}
	return page{"bad", service + " is not connected", "Nothing was changed. Linkdesk tells you what happened." + close}
}

// send writes the page.
func (p page) send(w http.ResponseWriter, status int) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		page
		Style template.CSS
	}{p, template.CSS(pageStyle)})
	if err != nil { // the template and its values are ours; a test shows each page
		refuse(w, http.StatusInternalServerError)
		return
	}
	secure(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// refuse answers what is no page of a sign-in.
func refuse(w http.ResponseWriter, status int) {
	secure(w)
	w.WriteHeader(status)
}

// secure sets what every answer carries: nothing is kept, framed, guessed or told on.
func secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
