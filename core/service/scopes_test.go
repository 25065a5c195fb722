package service

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linkdesk/core"
)

// loadBuiltin returns a built-in manifest by id.
func loadBuiltin(t *testing.T, id string) *Manifest {
	t.Helper()
	name := "services/" + id + ".yaml"
	m, err := Load(name, builtin(t)[name])
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func all(level core.Access) core.AccessMap {
	access := core.AccessMap{}
	for _, m := range core.Models() {
		access[m] = level
	}
	return access
}

func TestScopesFor(t *testing.T) {
	for _, c := range []struct {
		service, method string
		access          core.AccessMap
		want            string
	}{
		{"practice", "oauth2", nil, ""},
		{"practice", "oauth2", core.AccessMap{core.Orders: core.Read}, "orders:read"},
		{"practice", "", core.AccessMap{core.Orders: core.ReadWrite, core.Stores: core.Read}, "stores:read orders:read orders:write"},
		{"practice", "oauth2", core.AccessMap{core.Segments: core.Write}, "segments:write"},
		{"practice", "api_key", all(core.Read), ""},
		{"hubspot", "oauth2", nil, "oauth"},
		{"hubspot", "oauth2", core.AccessMap{core.Customers: core.Write}, "oauth crm.objects.contacts.write"},
		{"hubspot", "oauth2", core.AccessMap{core.Stores: core.ReadWrite}, "oauth"},
		{"hubspot", "oauth2", core.AccessMap{core.Segments: core.Write}, "oauth"},
		{"hubspot", "oauth2", core.AccessMap{core.Segments: core.ReadWrite}, "oauth crm.lists.read crm.lists.write"},
		{"hubspot", "api_key", all(core.Read), ""},
		{"mailchimp", "oauth2", all(core.ReadWrite), ""},
	} {
		got := strings.Join(loadBuiltin(t, c.service).ScopesFor(c.access, c.method), " ")
		if got != c.want {
			t.Errorf("%s %s %v: %q, want %q", c.service, c.method, c.access, got, c.want)
		}
	}
}

func TestMissingAndEffective(t *testing.T) {
	practice := loadBuiltin(t, "practice")
	implies := *practice
	implies.Access.WriteImpliesRead = true
	for _, c := range []struct {
		name      string
		m         *Manifest
		access    core.AccessMap
		granted   string
		missing   []core.Model
		effective core.AccessMap
	}{
		{"all given", practice, core.AccessMap{core.Orders: core.Read}, "orders:read", nil, core.AccessMap{core.Orders: core.Read}},
		{"raised", practice, core.AccessMap{core.Orders: core.ReadWrite}, "orders:read", []core.Model{core.Orders}, core.AccessMap{core.Orders: core.Read}},
		{"one of four", practice, all(core.Read), "stores:read customers:read orders:read products:read",
			[]core.Model{core.Segments}, core.AccessMap{core.Stores: core.Read, core.Customers: core.Read, core.Orders: core.Read, core.Products: core.Read}},
		{"write without read", practice, core.AccessMap{core.Orders: core.ReadWrite}, "orders:write", []core.Model{core.Orders}, core.AccessMap{core.Orders: core.Write}},
		{"write lets read", &implies, core.AccessMap{core.Orders: core.ReadWrite}, "orders:write", nil, core.AccessMap{core.Orders: core.ReadWrite}},
		{"lowered", practice, nil, "orders:read orders:write", nil, nil},
		{"the service does not say", practice, core.AccessMap{core.Orders: core.ReadWrite}, "", nil, core.AccessMap{core.Orders: core.ReadWrite}},
		{"what is not offered is not missing", loadBuiltin(t, "hubspot"), core.AccessMap{core.Stores: core.Read, core.Segments: core.Write}, "oauth", nil, nil},
	} {
		granted := strings.Fields(c.granted)
		if got := c.m.Missing(c.access, granted); !slices.Equal(got, c.missing) {
			t.Errorf("%s: missing %v, want %v", c.name, got, c.missing)
		}
		got := c.m.Effective(c.access, granted)
		for _, model := range core.Models() {
			if got.Of(model) != c.effective.Of(model) {
				t.Errorf("%s: %s is %s, want %s", c.name, model, got.Of(model), c.effective.Of(model))
			}
		}
	}
}

// TestScopesNeverExceedTheChoice: over every choice of two models, what is
// asked never covers a level that was not chosen.
func TestScopesNeverExceedTheChoice(t *testing.T) {
	for _, id := range []string{"practice", "hubspot"} {
		m := loadBuiltin(t, id)
		for _, orders := range core.AccessLevels() {
			for _, segments := range core.AccessLevels() {
				access := core.AccessMap{core.Orders: orders, core.Segments: segments}
				asked := m.ScopesFor(access, "oauth2")
				if len(asked) == 0 {
					continue // nothing asked, and an empty grant would mean "the service does not say"
				}
				for model, got := range m.Effective(all(core.ReadWrite), asked) {
					if got.CanWrite() && !access.Of(model).CanWrite() || got.CanRead() && access.Of(model) == core.Disabled {
						t.Errorf("%s: %v asks %v, which gives %s on %s", id, access, asked, got, model)
					}
				}
			}
		}
	}
}

func TestGranularityOfTheAccount(t *testing.T) {
	m := *loadBuiltin(t, "practice")
	m.Access.Granularity = "account"
	access := core.AccessMap{core.Orders: core.Read, core.Products: core.ReadWrite}
	if got, want := strings.Join(m.ScopesFor(access, "oauth2"), " "), "orders:read orders:write products:read products:write"; got != want {
		t.Errorf("asked %q, want %q: the highest level holds for all", got, want)
	}
	if note := m.AccessNote(); !strings.Contains(note, "one permission for all data") {
		t.Errorf("the person is told %q", note)
	}
}

// TestReviewGolden prints the permission review of each built-in service for a
// few choices; testdata/review.golden is what a person should read. Set
// LINKDESK_UPDATE=1 to write it anew.
func TestReviewGolden(t *testing.T) {
	var out strings.Builder
	for _, id := range []string{"practice", "mailchimp", "hubspot"} {
		m := loadBuiltin(t, id)
		for _, c := range []struct {
			title   string
			access  core.AccessMap
			granted []string
		}{
			{"new, reading all", all(core.Read), nil},
			{"new, reading and writing all", all(core.ReadWrite), nil},
			{"new, writing all", all(core.Write), nil},
			{"raised orders, dropped segments", core.AccessMap{core.Customers: core.Read, core.Orders: core.ReadWrite}, m.ScopesFor(all(core.Read), "oauth2")},
			{"lowered to reading", all(core.Read), m.ScopesFor(all(core.ReadWrite), "oauth2")},
			{"again, the service does not say", all(core.Read), []string{}},
		} {
			fmt.Fprintf(&out, "%s: %s\n", m.Name, c.title)
			for _, r := range m.Review(c.access, c.granted) {
				row := fmt.Sprintf("  %-9s | %-12s | %s %v | %s %v | %s", r.Title, r.Access.Title(), r.Words, r.Scopes, r.State, r.Dropped, r.Reason)
				out.WriteString(strings.TrimRight(row, " |") + "\n")
			}
		}
		fmt.Fprintf(&out, "note: “%s”\n\n", m.AccessNote())
	}
	golden := filepath.Join("testdata", "review.golden")
	if os.Getenv("LINKDESK_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != out.String() {
		t.Errorf("the review is not that of %s (%v):\n%s", golden, err, out.String())
	}
}

func TestLevelsFor(t *testing.T) {
	hubspot := loadBuiltin(t, "hubspot")
	for _, c := range hubspot.LevelsFor(core.Stores) {
		if c.Allowed != (c.Level == core.Disabled) || !c.Allowed && c.Reason != "A HubSpot account has no stores." {
			t.Errorf("stores: %+v", c)
		}
	}
	for _, c := range hubspot.LevelsFor(core.Segments) {
		if c.Allowed == (c.Level == core.Write) {
			t.Errorf("segments: %+v", c)
		}
		if c.Level == core.Write && c.Reason != "HubSpot does not offer write without read." {
			t.Errorf("segments: %+v", c)
		}
	}
}
