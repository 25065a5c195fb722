package service

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
)

func TestValidateInputs(t *testing.T) {
	m := &Manifest{Name: "Shop", Inputs: []Input{
		{ID: "shop", Label: "Shop address", Pattern: "[a-z0-9-]+", Example: "acme", Suffix: ".shop.com"},
		{ID: "site", Label: "Site", Pattern: "[0-9]+|x", When: "api_key"},
	}}
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"shop": "acme"}, ""},
		{map[string]string{"shop": "acme", "site": "12"}, ""},
		{nil, "Shop address is missing. It looks like this: acme.shop.com"},
		{map[string]string{"shop": "evil.com/"}, "Shop address is not right. It looks like this: acme.shop.com"},
		{map[string]string{"shop": "acme\n"}, "Shop address is not right."},
		{map[string]string{"shop": "acme", "site": "12 or x"}, "Site is not right."},
		{map[string]string{"shop": "acme", "other": "1"}, "Shop does not ask for “other”."},
	} {
		err := m.ValidateInputs(c.values)
		if c.want == "" && err == nil {
			continue
		}
		if core.CodeOf(err) != core.CodeInvalid || !strings.HasPrefix(core.AsError(err).Public, c.want) || c.want == "" {
			t.Errorf("%v: %v, want %q", c.values, err, c.want)
		}
	}
	if got := m.InputsFor("oauth2"); len(got) != 1 || got[0].ID != "shop" {
		t.Errorf("asked for oauth2: %v", got)
	}
}

func TestDerived(t *testing.T) {
	m := loadBuiltin(t, "mailchimp")
	a, ok := m.AuthMethod("api_key")
	if !ok || a.Key() != "key" {
		t.Fatal("Mailchimp takes API keys")
	}
	if got := m.InputsFor("api_key"); len(got) != 1 || !got[0].Secret {
		t.Errorf("asked: %v", got)
	}
	key := strings.Repeat("0a", 16) + "-us21"
	got, err := a.Derived(map[string]string{"key": key})
	if err != nil || got["dc"] != "us21" {
		t.Errorf("%v, %v", got, err)
	}
	_, err = a.Derived(map[string]string{"key": key + ".evil.com/"})
	if core.CodeOf(err) != core.CodeInvalid || strings.Contains(err.Error(), key) {
		t.Errorf("a bad key: %v", err)
	}
	if _, ok := m.AuthMethod("magic"); ok {
		t.Error("there is no such method")
	}
	if first, ok := m.AuthMethod(""); !ok || first.Method != "oauth2" {
		t.Error("the first method is the default")
	}
}

func TestLookup(t *testing.T) {
	doc := gjson.Parse(`{"a":{"b":[{"id":1},{"id":2}],"*":"star","#":"hash"},"n":null,"e":"","@this":"at","x":{"0":"zero"}}`)
	for _, c := range []struct {
		paths Paths
		want  string
		found bool
	}{
		{Paths{"a.b.1.id"}, "2", true},
		{Paths{"n", "a.b.0.id"}, "1", true},
		{Paths{"e", "a.b.0.id"}, "", true},
		{Paths{"a.*"}, "star", true},
		{Paths{"a.#"}, "hash", true},
		{Paths{"@this"}, "at", true},
		{Paths{"x.0"}, "zero", true},
		{Paths{"a.b.#.id"}, "", false},
		{Paths{"a.?"}, "", false},
		{Paths{"n"}, "", false},
		{Paths{""}, "", false},
		{nil, "", false},
	} {
		got := Lookup(doc, c.paths)
		if got.Exists() != c.found || got.String() != c.want {
			t.Errorf("%v: %q (%v), want %q", c.paths, got.String(), got.Exists(), c.want)
		}
	}
	if got := Lookup(gjson.Parse(`[1,2]`), Paths{"$"}); !got.IsArray() || len(got.Array()) != 2 {
		t.Errorf("$ is the document itself: %v", got)
	}
}

func TestCaptureTake(t *testing.T) {
	doc := gjson.Parse(`{"dc":"us6","bad":"us6.evil.com/","n":7,"o":{}}`)
	for _, c := range []struct {
		capture Capture
		want    string
		ok      bool
	}{
		{Capture{"dc", "[a-z]+[0-9]*"}, "us6", true},
		{Capture{"bad", "[a-z]+[0-9]*"}, "", false},
		{Capture{"n", ""}, "7", true},
		{Capture{"o", ""}, "", false},
		{Capture{"absent", ""}, "", false},
	} {
		got, err := c.capture.Take("dc", doc)
		if got != c.want || (err == nil) != c.ok || !c.ok && core.CodeOf(err) != core.CodeDataUnexpected {
			t.Errorf("%v: %q, %v", c.capture, got, err)
		}
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "90d": 90 * 24 * time.Hour, "30s": 30 * time.Second, "500ms": 500 * time.Millisecond, "24h": 24 * time.Hour} {
		if got, err := Duration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := Duration("soon"); err == nil {
		t.Error("“soon” is no duration")
	}
}
