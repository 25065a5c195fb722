package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"linkdesk/core"
	"linkdesk/core/localhttp"
)

// Options is what the API needs.
type Options struct {
	Checker  Checker
	Records  Records
	Segments Segments
	Ledger   Ledger
	Clock    core.Clock
	Log      *slog.Logger
	Origin   func(context.Context) string // by which a request came in, "http://127.0.0.1:8787", for the OpenAPI document

	// PseudonymKey makes pseudonyms of hidden personal fields. It has to be the
	// same at each start, and unknown to apps: who has it can try out addresses.
	PseudonymKey []byte

	// MostPerMinute is how many calls of one app are answered in a minute (product
	// row O24), so that one that runs wild leaves room for others; 0: all.
	MostPerMinute int

	// Changed is called after an app made or changed a segment; may be nil.
	Changed func(segment Key)
}

// API answers under /v1. Run it beside the local server.
type API struct {
	o     Options
	notes notes
	calls localhttp.Limits
	doc   struct {
		sync.Mutex
		origin string
		text   []byte
	}
}

// New makes an API.
func New(o Options) *API {
	if o.Changed == nil {
		o.Changed = func(Key) {}
	}
	a := &API{o: o}
	a.notes.init(o.Ledger)
	return a
}

// Handler answers under /v1/. It is mounted on localhttp, which has read bodies
// already and lets in requests of this computer only.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.method+" "+r.path, a.endpoint(r))
	}
	return mux
}

// Run writes the access ledger every second, and at once when many lines wait,
// until ctx ends. What was read in the last second is lost in a crash.
func (a *API) Run(ctx context.Context) { a.notes.run(ctx, a.o.Log) }

// Flush writes the ledger's waiting lines; call it when the local server is off.
func (a *API) Flush(ctx context.Context) error { return a.notes.flush(ctx) }
