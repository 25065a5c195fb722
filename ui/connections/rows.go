package connections

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Filter is a kind of states, a chip above the list.
type Filter string

// The filters.
const (
	FilterAll       Filter = "all"
	FilterAttention Filter = "attention"
	FilterConnected Filter = "connected"
	FilterPaused    Filter = "paused"
)

// What the list can be sorted by.
const (
	sortName    = "name"
	sortStatus  = "status"
	sortChecked = "checked"
)

// filterOf is the chip to which a state belongs.
func filterOf(s core.Status) Filter {
	switch s {
	case core.StatusOK, core.StatusStale:
		return FilterConnected
	case core.StatusPaused:
		return FilterPaused
	}
	return FilterAttention
}

// filters are the chips with how many connections each would show.
func filters(s State) []kit.Filter {
	count := map[Filter]int{FilterAll: len(s.All)}
	for _, v := range s.All {
		count[filterOf(v.Status)]++
	}
	all := []kit.Filter{{Title: kit.T("All")}, {Title: kit.T("Needs attention")}, {Title: kit.T("Connected")}, {Title: kit.T("Paused")}}
	for i, f := range []Filter{FilterAll, FilterAttention, FilterConnected, FilterPaused} {
		all[i].Key, all[i].Count = string(f), count[f]
	}
	return all
}

// visible are the connections that the list shows, in its order: worst first,
// then by name, unless a column says otherwise.
func visible(s State) []connection.View {
	var found []connection.View
	for _, v := range s.All {
		if (s.Filter == FilterAll || filterOf(v.Status) == s.Filter) && matches(v, s.Search) {
			found = append(found, v)
		}
	}
	by := func(a, b connection.View) int {
		switch s.Sort.Key {
		case sortName:
			return 0
		case sortChecked:
			return b.Health.CheckedAt.Compare(a.Health.CheckedAt)
		}
		return cmp.Compare(a.Status.Rank(), b.Status.Rank())
	}
	slices.SortFunc(found, func(a, b connection.View) int {
		n := cmp.Or(by(a, b), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
		if s.Sort.Down {
			return -n
		}
		return n
	})
	return found
}

// matches reports whether a connection holds all words of the search.
func matches(v connection.View, search string) bool {
	hay := strings.ToLower(v.Name + " " + v.AccountName + " " + v.Service.Name)
	for _, w := range strings.Fields(strings.ToLower(search)) {
		if !strings.Contains(hay, w) {
			return false
		}
	}
	return true
}

// rows turns the state into what the list shows.
func rows(s State, now time.Time) []kit.Row {
	var all []kit.Row
	for _, v := range visible(s) {
		all = append(all, kit.Row{
			ID: string(v.ID), Icon: words.ServiceIcon(v.Service.ID, v.Service.Category), Name: v.Name, Second: second(v), Status: status(s, v, now),
			Figures: []string{permissions(v), lastChecked(v, now)},
			Action:  words.MendTitle(v.Status), Strong: v.Status.NeedsPerson(), Dim: v.Status == core.StatusPaused,
		})
	}
	return all
}

// second is the line below the name: the account, and the service where the
// name does not already say it.
func second(v connection.View) string {
	parts := []string{v.AccountName}
	if !strings.Contains(strings.ToLower(v.Name), strings.ToLower(v.Service.Name)) {
		parts = append(parts, v.Service.Name)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

func status(s State, v connection.View, now time.Time) kit.State {
	if s.Checking[v.ID] {
		return kit.State{Busy: true, Tone: kit.Info, Word: kit.T("Checking…")}
	}
	return words.Connection(v.Connection, v.Status, now)
}

// permissions counts kinds of data: "Read 4 · Write 1", or "Read 3 of 4" where
// the service gave fewer than were chosen.
func permissions(v connection.View) string {
	var chosen, given struct{ read, write int }
	effective := v.Service.Effective(v.Access, v.Granted)
	for _, m := range core.Models() {
		want, has := v.Service.Offered(m, v.Access.Of(m)), effective.Of(m)
		chosen.read += one(want.CanRead())
		chosen.write += one(want.CanWrite())
		given.read += one(has.CanRead())
		given.write += one(has.CanWrite())
	}
	var parts []string
	if chosen.read > 0 {
		parts = append(parts, kit.T("Read {n}", "n", ofAll(given.read, chosen.read)))
	}
	if chosen.write > 0 {
		parts = append(parts, kit.T("Write {n}", "n", ofAll(given.write, chosen.write)))
	}
	return strings.Join(parts, " · ")
}

func ofAll(given, chosen int) string {
	if given == chosen {
		return kit.Number(int64(given))
	}
	return kit.T("{n} of {m}", "n", given, "m", chosen)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func lastChecked(v connection.View, now time.Time) string {
	return kit.When(v.Health.CheckedAt, now)
}

// emptyList is what stands where no connection is shown.
func emptyList(s State, add, practice, clear func()) kit.Empty {
	switch {
	case len(s.All) == 0:
		return kit.Empty{Drawing: kit.DrawingConnections, Title: kit.T("No connections yet"),
			Text:    kit.T("Connect a shop or service so that its data can be copied to this computer."),
			Actions: []kit.Action{{Title: kit.T("Add connection"), Primary: true, Do: add}, {Title: kit.T("Try the practice store"), Do: practice}}}
	case s.Search != "":
		return kit.Empty{Title: kit.T("No connection matches “{text}”", "text", shortTo(s.Search, 40)), Text: kit.T("Names, accounts and services are searched."), Actions: []kit.Action{{Title: kit.T("Clear search"), Do: clear}}}
	case s.Filter == FilterAttention:
		return kit.Empty{Title: kit.T("Nothing needs your attention"), Text: kit.T("Every connection works, or you have paused it."), Actions: []kit.Action{{Title: kit.T("Show all"), Do: clear}}}
	}
	return kit.Empty{Title: kit.T("No connection is in this state"), Text: kit.T("They are listed under another heading above."), Actions: []kit.Action{{Title: kit.T("Show all"), Do: clear}}}
}
