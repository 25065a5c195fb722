package oauthapps

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// rows turns the apps of the filter into what the list shows.
func rows(s State, now time.Time) []kit.Row {
	var all []kit.Row
	for _, a := range s.Apps {
		if !a.In(s.Filter, now) {
			continue
		}
		row := kit.Row{ID: string(a.ID), Icon: kit.IconApp, Name: a.Name, Second: lastUsed(a, now), Status: access(a, now), Dim: a.Paused,
			Figures: []string{words.Scopes(a.Scopes), hosts(a.RedirectURIs), a.ClientID}}
		if a.Paused {
			row.Action = kit.T("Resume")
		}
		all = append(all, row)
	}
	return all
}

// filters are the chips with their counts.
func filters(s State, now time.Time) []kit.Filter {
	all := []kit.Filter{{Key: string(All), Title: kit.T("All")}, {Key: string(Active), Title: kit.T("Active")},
		{Key: string(Never), Title: kit.T("Never used")}, {Key: string(Paused), Title: kit.T("Paused")}}
	for i := range all {
		for _, a := range s.Apps {
			if a.In(Filter(all[i].Key), now) {
				all[i].Count++
			}
		}
	}
	return all
}

// access is the status of an app.
func access(a App, now time.Time) kit.State {
	live := len(a.Live(now))
	switch {
	case a.Paused:
		return kit.State{Icon: kit.IconPause, Tone: kit.Neutral, Word: kit.T("Paused"), Detail: kit.T("gets nothing")}
	case live > 0:
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.N(live, "{n} active", "{n} active")}
	case len(a.Grants) > 0:
		return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("No access now"), Detail: kit.T("it can ask again")}
	}
	return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("Not yet allowed")}
}

// lastUsed says when and what an app last read: "3 min ago · orders · 250 rows".
func lastUsed(a App, now time.Time) string {
	if a.LastUsed.IsZero() && a.Last.ID == 0 {
		return kit.T("Never used")
	}
	if a.Last.ID == 0 {
		return kit.Ago(a.LastUsed, now)
	}
	return strings.Join([]string{kit.Ago(a.Last.At, now), data(a.Last), rowsRead(a.Last)}, " · ")
}

// data names what a line of the ledger is about.
func data(r authserver.Read) string {
	if s, err := core.ParseScope(r.Scope); err == nil {
		return words.Data(s.Model())
	}
	return r.Route
}

// rowsRead says what came of a request. HTTP: 304 says that nothing is new, from
// 400 on it was refused.
func rowsRead(r authserver.Read) string {
	switch {
	case r.Status >= 400:
		return kit.T("refused")
	case r.Status == 304:
		return kit.T("nothing new")
	case r.Method != "GET":
		return kit.T("changed")
	}
	return kit.N(r.Rows, "{n} row", "{n} rows", "n", kit.Number(int64(r.Rows)))
}

// hosts are where the browser returns to: "localhost:5678, n8n.example.com".
func hosts(uris []string) string {
	var all []string
	for _, uri := range uris {
		if u, err := url.Parse(uri); err == nil && !slices.Contains(all, u.Host) {
			all = append(all, u.Host)
		}
	}
	return strings.Join(all, ", ")
}

// secretLine says about a secret when it was made, last used, and ends.
func secretLine(s authserver.Secret, now time.Time) kit.State {
	parts := []string{kit.T("created {day}", "day", kit.Day(s.Created, now)), kit.T("last used: {when}", "when", kit.Ago(s.LastUsed, now))}
	st := kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: "••••" + s.LastFour}
	switch {
	case !s.Active(now):
		st.Icon, st.Tone = kit.IconNone, kit.Neutral
		parts = append(parts, kit.T("ended"))
	case !s.Ends.IsZero():
		st.Icon, st.Tone = kit.IconClock, kit.Attention
		parts = append(parts, kit.T("ends {when}", "when", kit.When(s.Ends, now)))
	}
	st.Detail = strings.Join(parts, " · ")
	return st
}

// grantLine says about access what it allows, when it was given, last used, and ends.
func grantLine(g authserver.Grant, now time.Time) kit.State {
	st := kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: words.Scopes(g.Scopes)}
	parts := []string{kit.T("allowed {when}", "when", kit.Ago(g.Created, now)), kit.T("last used: {when}", "when", kit.Ago(g.LastUsed, now))}
	if g.HidePersonal {
		parts = append(parts, kit.T("personal fields hidden"))
	}
	switch {
	case !g.Live(now):
		st.Icon, st.Tone = kit.IconNone, kit.Neutral
		parts = append(parts, ended(g))
	case g.For == authserver.UntilQuit:
		parts = append(parts, kit.T("ends when you quit Linkdesk"))
	default:
		parts = append(parts, kit.T("ends {when}", "when", kit.When(g.Ends, now)))
	}
	st.Detail = strings.Join(parts, " · ")
	return st
}

// ended says why access ended.
func ended(g authserver.Grant) string {
	switch g.Why {
	case authserver.EndedByPerson:
		return kit.T("removed by you")
	case authserver.EndedByApp:
		return kit.T("given back by the app")
	case authserver.EndedByReplay:
		return kit.T("ended for safety: a used key came again, somebody may have copied it")
	case authserver.EndedByFailure:
		return kit.T("the app did not finish the sign-in")
	case authserver.EndedByQuit:
		return kit.T("ended when you quit Linkdesk")
	case authserver.EndedByNewer:
		return kit.T("made room for newer access")
	}
	return kit.T("its time was over")
}

// readLine is a line of the ledger: "12:02 · orders · 250 rows · 31 kB · status=paid".
func readLine(r authserver.Read, now time.Time) string {
	parts := []string{kit.Ago(r.At, now), data(r), rowsRead(r)}
	if r.Bytes > 0 {
		parts = append(parts, kit.Size(int64(r.Bytes)))
	}
	if r.Filter != "" {
		parts = append(parts, r.Filter)
	}
	return strings.Join(parts, " · ")
}
