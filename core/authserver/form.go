package authserver

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const mostBody = 64 << 10 // bytes of a form

// refusal is an answer of RFC 6749 section 5.2.
type refusal struct {
	status      int
	code        string
	description string        // for the developer of the app; ASCII without quotes
	wait        time.Duration // Retry-After
}

func invalidRequest(description string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "invalid_request", description: description}
}

func invalidGrant(description string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "invalid_grant", description: description}
}

func tooMany(wait time.Duration) *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: "temporarily_unavailable", description: "Too many requests. Wait before the next.", wait: wait}
}

// parameters reads a query or a form. A name that came more than once (RFC 6749
// section 3.1) is told apart and has no value; a name without a value is left out.
func parameters(text string) (values map[string]string, repeated []string, err error) {
	all, err := url.ParseQuery(text)
	if err != nil {
		return nil, nil, err
	}
	values = map[string]string{}
	for name, list := range all {
		if len(list) > 1 {
			repeated = append(repeated, name)
		} else if list[0] != "" {
			values[name] = list[0]
		}
	}
	return values, repeated, nil
}

// readForm reads the parameters from an urlencoded body, and from nowhere else.
func readForm(w http.ResponseWriter, r *http.Request) (map[string]string, *refusal) {
	if r.URL.RawQuery != "" {
		return nil, invalidRequest("Send the parameters in the body, not in the address.")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("Send the parameters as application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "invalid_request", description: "The body is too large."}
	}
	if err != nil {
		return nil, invalidRequest("The body did not arrive whole.")
	}
	values, repeated, err := parameters(string(body))
	if err != nil {
		return nil, invalidRequest("The body cannot be read.")
	}
	if len(repeated) > 0 {
		return nil, invalidRequest("A parameter was sent more than once.")
	}
	return values, nil
}

// stored turns an error of the store into an answer: nothing was given or used up.
func (s *Service) stored(err error) *refusal {
	if err == nil {
		return nil
	}
	s.logged("answer a request", err)
	return &refusal{status: http.StatusServiceUnavailable, code: "temporarily_unavailable", wait: 5 * time.Second,
		description: "Linkdesk could not use its data file. Nothing was changed. Try again."}
}

func (f *refusal) send(w http.ResponseWriter) {
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Linkdesk"`)
	}
	if f.wait > 0 {
		w.Header().Set("Retry-After", seconds(f.wait))
	}
	body, _ := json.Marshal(map[string]string{"error": f.code, "error_description": f.description}) // of strings: cannot fail
	sendJSON(w, f.status, body)
}

// seconds rounds up: who comes back then is not told to wait again.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

func sendJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(body)
}
