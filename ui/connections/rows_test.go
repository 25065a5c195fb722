package connections

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

func ids(all []connection.View) (ids []string) {
	for _, v := range all {
		ids = append(ids, strings.TrimPrefix(string(v.ID), "con_"))
	}
	return ids
}

func TestTheListShowsTheWorstFirstAndFinds(t *testing.T) {
	all := sample(t).views
	for _, c := range []struct {
		name, search string
		filter       Filter
		sort         kit.Sorting
		want         string
	}{
		{"worst first, then by name", "", FilterAll, kit.Sorting{Key: sortStatus}, "reauth scope down soon paused stale ok"},
		{"best first", "", FilterAll, kit.Sorting{Key: sortStatus, Down: true}, "ok stale paused soon down scope reauth"},
		{"by name", "", FilterAll, kit.Sorting{Key: sortName}, "scope reauth down paused stale soon ok"},
		{"latest check first", "", FilterConnected, kit.Sorting{Key: sortChecked}, "ok stale"},
		{"what needs attention", "", FilterAttention, kit.Sorting{Key: sortStatus}, "reauth scope down soon"},
		{"paused", "", FilterPaused, kit.Sorting{Key: sortStatus}, "paused"},
		{"by account, any case, any order", "PRINTS lumen", FilterAll, kit.Sorting{Key: sortStatus}, "reauth scope stale"},
		{"by service", "mailchimp", FilterConnected, kit.Sorting{Key: sortStatus}, "stale"},
		{"nothing", "no such", FilterAll, kit.Sorting{Key: sortStatus}, ""},
	} {
		got := strings.Join(ids(visible(State{All: all, Search: c.search, Filter: c.filter, Sort: c.sort})), " ")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestChipsCountEveryConnectionOnce(t *testing.T) {
	s := State{All: sample(t).views}
	f := filters(s)
	if f[0].Count != 7 || f[1].Count != 4 || f[2].Count != 2 || f[3].Count != 1 {
		t.Errorf("chips %+v", f)
	}
}

func TestPermissionsSayWhenFewerWereGiven(t *testing.T) {
	crm := manifests(t)["hubspot"]
	for _, c := range []struct {
		want   string
		change func(*core.Connection)
	}{
		{"Read 4", nil},
		{"Read 3 of 4", func(c *core.Connection) {
			c.Granted = slices.DeleteFunc(slices.Clone(c.Granted), func(s string) bool { return s == "crm.objects.orders.read" })
		}},
		{"Read 4 · Write 0 of 1", func(c *core.Connection) { c.Access[core.Orders] = core.ReadWrite }},
		{"", func(c *core.Connection) { c.Access = core.AccessMap{} }},
	} {
		if got := permissions(view(crm, "x", "X", "x", c.change)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestEveryStateOffersTheButtonThatMendsIt(t *testing.T) {
	want := map[string]string{"ok": "Verify", "stale": "Verify", "scope": "Reauthorize", "reauth": "Reauthorize", "down": "Try again", "soon": "Reauthorize", "paused": "Resume"}
	for _, r := range rows(State{All: sample(t).views, Filter: FilterAll, Checking: map[core.ConnectionID]bool{"con_ok": true}}, kittest.Noon) {
		if id := strings.TrimPrefix(r.ID, "con_"); r.Action != want[id] {
			t.Errorf("%s offers %q", id, r.Action)
		}
		if r.ID == "con_ok" && (!r.Status.Busy || r.Status.Word != "Checking…") {
			t.Errorf("a check that is under way shows %+v", r.Status)
		}
	}
}

// A person hands these details to somebody else: nothing in them may say who they are.
func TestDetailsForSupportNameNoPerson(t *testing.T) {
	for _, v := range sample(t).views {
		text := supportText(v, kittest.Noon)
		for _, private := range []string{v.Name, v.AccountName, v.AccountID} {
			if strings.Contains(text, private) {
				t.Errorf("%s: the details hold %q", v.ID, private)
			}
		}
		if !strings.Contains(text, string(v.ID)) || !strings.Contains(text, string(v.Status)) {
			t.Errorf("the details do not help:\n%s", text)
		}
	}
}

func TestTheDetailSaysWhatIsMissing(t *testing.T) {
	d := sample(t)
	v := d.views[2]
	missing := 0
	for _, st := range permissionStates(v) {
		if strings.HasSuffix(st.Detail, "missing") {
			missing++
		}
	}
	if missing != 2 {
		t.Errorf("%d permissions are shown as missing, want customers and orders", missing)
	}
	n := notice(v, kittest.Noon)
	if n == nil || !strings.Contains(n.Text, "**Customers, Orders**") {
		t.Errorf("notice %+v", n)
	}
	for _, v := range d.views {
		if got := detail(State{}, v, kittest.Noon, acts{}); (got.Notice == nil) != (filterOf(v.Status) == FilterConnected) {
			t.Errorf("%s: notice %+v", v.ID, got.Notice)
		}
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"": false, "  ": false, "A": true, strings.Repeat("é", 128): true, strings.Repeat("é", 129): false} {
		if got := nameFault(name) == ""; got != ok {
			t.Errorf("%d characters can be used: %v", len([]rune(name)), got)
		}
	}
	all := sample(t).views
	if !nameTaken(all, " newsletter ", "") || nameTaken(all, "Newsletter", "con_stale") || nameTaken(all, "Letter", "") {
		t.Error("a name that another connection has is not told from a free one")
	}
}

func TestTheAddressToEnterAtTheService(t *testing.T) {
	all := manifests(t)
	for id, want := range map[string]string{"practice": "", "mailchimp": "http://127.0.0.1:3000/oauth/mailchimp/callback", "hubspot": "http://localhost:38917/callback"} {
		if got := redirectAddress(all[id].Auth[0].Redirect); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestTimeLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{5 * time.Minute: "5:00", 272 * time.Second: "4:32", time.Second: "0:01", -time.Minute: "0:00"} {
		if got := clock(d); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}

// Every way in which a sign-in can end says what happened and what to do.
func TestEveryEndingLeadsOn(t *testing.T) {
	m := manifests(t)["practice"]
	for _, code := range core.Codes() {
		e := ending(Flow{Service: m, Draft: connection.Draft{Method: "oauth2"}, Other: "b@x.example", Err: core.E(code, "", nil)})
		if code == core.CodeInvalid {
			e = ending(Flow{Service: m, Err: core.Invalid("It needs a Client ID.")})
		}
		if e.Title == "" || e.Text == "" || len(e.Ways) == 0 || e.Icon == "" {
			t.Errorf("%s: %+v", code, e)
		}
		if strings.Contains(e.Text, "by itself") && code != core.CodeConsentTimeout {
			t.Errorf("%s promises what a sign-in does not do: %q", code, e.Text)
		}
		if strings.ContainsAny(e.Title, "{}") {
			t.Errorf("%s leaves a place open: %q", code, e.Title)
		}
	}
	for code, want := range map[core.Code]Way{core.CodeConsentDenied: WayAgain, core.CodeClientInvalid: WayEdit, core.CodeKeyring: WayUnlock} {
		if e := ending(Flow{Service: m, Err: core.E(code, "", nil)}); e.Ways[0] != want {
			t.Errorf("%s offers %q first", code, e.Ways[0])
		}
	}
}

func TestWhatIsAskedStandsInTwoLines(t *testing.T) {
	if a, b := askedWords("See your lists; create and change lists"); a != "See your lists" || b != "Create and change lists" {
		t.Errorf("%q, %q", a, b)
	}
	if a, b := askedWords("See your lists"); a != "See your lists" || b != "" {
		t.Errorf("%q, %q", a, b)
	}
	if text, _ := stateWord(service.StateUnneeded); text != "no longer needed" {
		t.Error(text)
	}
}
