package practice

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"linkdesk/core"
)

const maxBody = 64 << 10

// Handler returns the whole service: desk, sign-in and API. It answers only
// requests that were sent to a loopback address by its own name.
func (s *Store) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", s.desk)
	m.HandleFunc("POST /desk/switch", s.deskSwitch)
	m.HandleFunc("POST /desk/access", s.deskAccess)
	m.HandleFunc("POST /desk/order", s.deskOrder)
	m.HandleFunc("GET /style.css", asset("style.css", "text/css; charset=utf-8"))
	m.HandleFunc("GET /icon.svg", asset("icon.svg", "image/svg+xml"))

	m.HandleFunc("GET /oauth/authorize", s.authorize)
	m.HandleFunc("GET /signin/account", s.accountPage)
	m.HandleFunc("POST /signin/account", s.chooseAccount)
	m.HandleFunc("GET /signin/allow", s.allowPage)
	m.HandleFunc("POST /signin/allow", s.decide)
	m.HandleFunc("POST /oauth/token", s.token)
	m.HandleFunc("POST /oauth/revoke", s.revoke)
	m.HandleFunc("GET /.well-known/oauth-authorization-server", s.metadata)

	m.HandleFunc("GET /api/v1/account", s.faulty(s.me))
	m.HandleFunc("GET /api/v1/{kind}", s.faulty(s.list))
	m.HandleFunc("GET /api/v1/{kind}/{id}", s.faulty(s.one))
	m.HandleFunc("GET /api/v1/segments/{id}/members", s.faulty(s.members))
	return s.guard(http.NewCrossOriginProtection().Handler(m))
}

// Serve answers on a loopback listener until ctx ends, then closes it and
// waits for what is being answered. It returns nil after such an end.
func (s *Store) Serve(ctx context.Context, l net.Listener) error {
	if host, _, err := net.SplitHostPort(l.Addr().String()); err != nil || !isLoopback(host) {
		l.Close()
		return core.E(core.CodeInternal, "The practice store only runs on this computer's own address.", err)
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, // slow answers end with it
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(last) != nil {
			server.Close()
		}
	})
	err := server.Serve(l)
	if stop() { // it ended by itself
		return err
	}
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// guard refuses requests under a foreign name (DNS rebinding) and puts the
// headers that every answer carries. It logs the path, never the query or a body.
func (s *Store) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy(true))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // no-referrer would hide the origin from our own form check
		h.Set("Cache-Control", "no-store")
		if !ownHost(r) {
			http.Error(w, "This address belongs to the practice store of Linkdesk.", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		s.log.Debug("The practice store was asked", "method", r.Method, "path", r.URL.Path)
		next.ServeHTTP(w, r)
	})
}

// ownHost reports whether the Host header names a loopback address and the port that was reached.
func ownHost(r *http.Request) bool {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || !isLoopback(host) {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return true // not served over a network
	}
	_, own, err := net.SplitHostPort(local.String())
	return err == nil && own == port
}

// policy is the Content-Security-Policy. Chromium applies form-action to the
// redirect after a form too, so it must name where the sign-in ends; it cannot
// name [::1], so there the rule is left out.
func policy(formRule bool) string {
	p := "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
	if formRule {
		p += "; form-action 'self' http://127.0.0.1:* http://localhost:*"
	}
	return p
}

func origin(r *http.Request) string { return "http://" + r.Host }

// metadata describes the sign-in to clients (RFC 8414).
func (s *Store) metadata(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, p := range scopes {
		names = append(names, p.Name)
	}
	base := origin(r)
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer": base, "authorization_endpoint": base + "/oauth/authorize", "token_endpoint": base + "/oauth/token",
		"revocation_endpoint": base + "/oauth/revoke", "scopes_supported": names,
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"none"},
		"revocation_endpoint_auth_methods_supported": []string{"none"}, "authorization_response_iss_parameter_supported": true,
	})
}
