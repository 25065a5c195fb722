package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"linkdesk/core"
	"linkdesk/core/localhttp"
)

// problem is an error that knows its answer.
type problem struct {
	status int
	detail string
}

func (p *problem) Error() string { return fmt.Sprint(p.status, ": ", p.detail) }

func refuse(status int, detail string) error { return &problem{status, detail} }

func badRequest(detail string) error { return refuse(http.StatusBadRequest, detail) }

var errNotHere = refuse(http.StatusNotFound, "There is no record with this id.")

const unauthorized = `Bearer error="invalid_token", error_description="The access token is missing, expired or was withdrawn"`

// fail answers with a problem document (RFC 9457) and returns its status.
func (a *API) fail(w http.ResponseWriter, err error) int {
	h := w.Header()
	if p, ok := errors.AsType[*problem](err); ok {
		localhttp.WriteProblem(w, localhttp.Problem{Status: p.status, Detail: p.detail})
		return p.status
	}
	if errors.Is(err, ErrInvalidToken) {
		h.Set("WWW-Authenticate", unauthorized)
		localhttp.WriteProblem(w, localhttp.Problem{Status: http.StatusUnauthorized, Detail: "Send a valid access token as “Authorization: Bearer …”."})
		return http.StatusUnauthorized
	}
	e := core.AsError(err)
	p := localhttp.Problem{Status: http.StatusInternalServerError, Detail: e.Public}
	switch e.Code {
	case core.CodeInvalid:
		p.Status = http.StatusBadRequest
	case core.CodeNotFound:
		p.Status = http.StatusNotFound
	case core.CodeRateLimited:
		p.Status, p.Detail = http.StatusTooManyRequests, "Too many requests. Wait as long as Retry-After says."
		h.Set("Retry-After", a.seconds(e.Until))
	case core.CodeStorageBusy, core.CodeCancelled:
		p.Status, p.Detail = http.StatusServiceUnavailable, "Linkdesk is busy. Try again in a moment."
		h.Set("Retry-After", "1")
	case core.CodeStorageFull, core.CodeStorageReadOnly, core.CodeStorageDamaged:
		p.Status, p.Detail, p.Reference = http.StatusServiceUnavailable, e.Code.Text().Title+". "+e.Code.Text().Cause, e.Reference()
	default:
		p.Detail, p.Reference = "Something went wrong in Linkdesk.", e.Reference()
	}
	if p.Reference != "" {
		a.o.Log.Error("a request of the API failed", "ref", p.Reference, "error", err)
	}
	localhttp.WriteProblem(w, p)
	return p.Status
}

// seconds is how long to wait: at least one, rounded up.
func (a *API) seconds(until time.Time) string {
	wait := until.Sub(a.o.Clock.Now())
	return strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second)))
}

// forbidden names the scope that is missing (RFC 6750 section 3.1).
func forbidden(w http.ResponseWriter, scope core.Scope) {
	w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+string(scope)+`"`)
	localhttp.WriteProblem(w, localhttp.Problem{Status: http.StatusForbidden, Detail: "The permission " + string(scope) + " was not given to this app: insufficient_scope."})
}
