package practice

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func covers(have, want []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) })
}

// oauthError answers as RFC 6749 section 5.2 says.
func oauthError(w http.ResponseWriter, status int, name string) {
	writeJSON(w, status, map[string]string{"error": name})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write(text)
}

// expiry returns expires_in. The raw form is there because json.Marshal would make 3600 of 3600.0.
func expiry(p pair, odd string) any {
	seconds := strconv.Itoa(int(p.life / time.Second))
	switch odd {
	case OddExpiresText:
		return seconds
	case OddExpiresFloat:
		return json.RawMessage(seconds + ".0")
	case OddExpiresEmpty:
		return ""
	case OddExpiresZero:
		return 0
	}
	return json.RawMessage(seconds)
}

// answer saves the tokens' hashes and sends the tokens. The caller holds the
// lock; so small an answer is buffered and goes out when the handler is done.
func (s *Store) answer(w http.ResponseWriter, p pair, odd string) {
	if s.save() != nil {
		oauthError(w, http.StatusServiceUnavailable, "temporarily_unavailable")
		return
	}
	body := map[string]any{
		"access_token": p.access, "token_type": "Bearer", "expires_in": expiry(p, odd), "scope": strings.Join(p.scopes, " "),
	}
	if p.refresh != "" {
		body["refresh_token"] = p.refresh
		body["refresh_token_expires_in"] = int(refreshLife / time.Second)
	}
	switch odd {
	case OddExpiresNone:
		delete(body, "expires_in")
	case OddNoScope:
		delete(body, "scope")
	case OddNoRefresh:
		// The first answer needs one; a renewal then comes without.
	case OddNested:
		body = map[string]any{"data": body}
	case OddTextPlain, OddBOM, OddForm:
		writeOdd(w, body, odd)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

func writeOdd(w http.ResponseWriter, body map[string]any, odd string) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	kind := "application/json"
	switch odd {
	case OddTextPlain:
		kind = "text/plain; charset=utf-8"
	case OddBOM:
		text = append([]byte("\ufeff"), text...)
	case OddForm:
		kind = "application/x-www-form-urlencoded"
		form := url.Values{}
		for name, value := range body {
			if raw, ok := value.(json.RawMessage); ok {
				form.Set(name, string(raw))
			} else if n, ok := value.(int); ok {
				form.Set(name, strconv.Itoa(n))
			} else if t, ok := value.(string); ok {
				form.Set(name, t)
			}
		}
		text = []byte(form.Encode())
	}
	w.Header().Set("Content-Type", kind)
	w.Write(text)
}

// hangUp sends the beginning of an answer of the given length and breaks the connection.
func hangUp(w http.ResponseWriter, start []byte, length int) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 and recorders: the server's own way to break off
	}
	defer conn.Close()
	if length > 0 {
		head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(length) + "\r\n\r\n"
		_, _ = conn.Write(append([]byte(head), start...)) // it is broken off anyway
	}
}
