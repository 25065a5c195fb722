package consent

import (
	"fmt"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// lifetimes are the choices of "For", in their order.
var lifetimes = []authserver.Lifetime{authserver.UntilRemoved, authserver.OneHour, authserver.UntilQuit}

func lifetimeTitles() []string {
	return []string{kit.T("until I remove it"), kit.T("1 hour"), kit.T("until I quit Linkdesk")}
}

// origin says who asks: registered when, last allowed when, from where.
func origin(q authserver.Question, now time.Time) string {
	last := kit.T("last allowed: never")
	if !q.LastAllowed.IsZero() {
		last = kit.T("last allowed: {when}", "when", kit.Ago(q.LastAllowed, now))
	}
	return strings.Join([]string{kit.T("Registered by you on {day}", "day", kit.Day(q.AppInfo.Created, now)), last, from(q)}, " · ")
}

// from says where the browser is that asks.
func from(q authserver.Question) string {
	if q.From == "" {
		return kit.T("asked from this computer")
	}
	return kit.T("**asked from {address}**, another computer or a container", "address", q.From)
}

// warning says what it may mean when the person did not start this.
func warning(q authserver.Question) string {
	if q.From == "" {
		return kit.T("**Not you?** Choose “Don't allow”: someone or something else on this computer asked.")
	}
	return kit.T("**Not you?** Choose “Don't allow”: someone or something at {address} asked.", "address", q.From)
}

// note says what a permission comes to at present; "" while that is not known.
func note(s core.Scope, counts map[core.Model]int64, hide bool) string {
	n, known := counts[s.Model()]
	if !known {
		return ""
	}
	args := []any{"n", kit.Number(n)}
	switch s {
	case core.StoresRead:
		return kit.N(int(n), "{n} store now", "{n} stores now", args...)
	case core.OrdersRead:
		return kit.N(int(n), "{n} order now", "{n} orders now", args...)
	case core.ProductsRead:
		return kit.N(int(n), "{n} product now", "{n} products now", args...)
	case core.SegmentsRead:
		return kit.N(int(n), "{n} segment now", "{n} segments now", args...)
	case core.SegmentsWrite:
		return kit.N(int(n), "can change your {n} segment", "can change your {n} segments", args...)
	case core.CustomersRead:
		if hide {
			return kit.N(int(n), "{n} customer now, without e-mail, phone and address", "{n} customers now, without e-mail, phone and address", args...)
		}
		return kit.N(int(n), "{n} customer now, includes e-mail and phone", "{n} customers now, includes e-mail and phone", args...)
	}
	return ""
}

// personal reports whether what is asked for has personal fields that can be hidden.
func personal(asked []core.Scope) bool {
	return len(core.OnlyScopes(asked, []core.Scope{core.CustomersRead, core.OrdersRead})) > 0
}

// shortName is how much of a name is left where there is no room for the whole.
const shortName = 24

// allowed says what an app may do now, with less of it where it does not fit.
func allowed(app string, scopes []core.Scope, fits func(string) bool) string {
	text := words.MayNow(app, scopes)
	if name := []rune(app); !fits(text) && len(name) > shortName {
		app = strings.TrimSpace(string(name[:shortName])) + "…"
		text = words.MayNow(app, scopes)
	}
	if !fits(text) {
		text = kit.T("{app} has access now.", "app", app)
	}
	return text
}

// left says how long the question waits, and how many wait behind it.
func left(d time.Duration, behind int) string {
	d = max(0, d.Round(time.Second))
	text := kit.T("Without an answer in {time} nothing is allowed.", "time", clock(d))
	if behind > 0 {
		text += " " + kit.N(behind, "{n} more request waits.", "{n} more requests wait.")
	}
	return text
}

// clock writes a short time as "4:09".
func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
