package localhttp

import (
	"encoding/json"
	"net/http"
)

// Problem is an error answer for programs (RFC 9457). Only Status is needed.
type Problem struct {
	Type      string `json:"type"`  // "about:blank" when empty
	Title     string `json:"title"` // the status in words when empty
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`    // what happened, for a developer
	Reference string `json:"reference,omitempty"` // into the log of Linkdesk
}

// WriteProblem answers with a problem document.
func WriteProblem(w http.ResponseWriter, p Problem) {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
