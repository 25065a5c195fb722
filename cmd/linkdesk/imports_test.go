package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// The rules of direction: who may not import what, directly. Depguard says the
// same while writing; this test is the proof that nothing slipped by.
var forbidden = []struct {
	who  func(pkg string) bool
	what func(dep string) bool
	why  string
}{
	{under("linkdesk/core"), oneOf("fyne.io/", "database/sql", "modernc.org/", "linkdesk/storage", "linkdesk/ui", "linkdesk/cmd"), "the core runs without a window and without knowing how things are stored"},
	{exactly("linkdesk/core"), anyButStdlib, "package core is the vocabulary: standard library only"},
	{exactly("linkdesk/assets"), anyButStdlib, "assets only embeds"},
	{under("linkdesk/storage"), oneOf("fyne.io/", "linkdesk/ui", "linkdesk/cmd"), "storage knows the core only"},
	{under("linkdesk/ui"), oneOf("linkdesk/storage", "database/sql", "modernc.org/", "linkdesk/cmd", "fyne.io/fyne/v2/app"), "the window reaches data through the core; only cmd opens a real Fyne app"},
	{tab("connections"), oneOf("linkdesk/ui/sync", "linkdesk/ui/oauthapps", "linkdesk/ui/records"), "tabs never import each other"},
	{tab("sync"), oneOf("linkdesk/ui/connections", "linkdesk/ui/oauthapps", "linkdesk/ui/records"), "tabs never import each other"},
	{tab("oauthapps"), oneOf("linkdesk/ui/connections", "linkdesk/ui/sync", "linkdesk/ui/records"), "tabs never import each other"},
	{tab("records"), oneOf("linkdesk/ui/connections", "linkdesk/ui/sync", "linkdesk/ui/oauthapps"), "tabs never import each other"},
}

func under(prefix string) func(string) bool {
	return func(p string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }
}
func exactly(name string) func(string) bool { return func(p string) bool { return p == name } }
func tab(name string) func(string) bool     { return under("linkdesk/ui/" + name) }
func oneOf(prefixes ...string) func(string) bool {
	return func(dep string) bool {
		for _, p := range prefixes {
			if dep == p || strings.HasPrefix(dep, p) && (strings.HasSuffix(p, "/") || strings.HasPrefix(dep, p+"/")) {
				return true
			}
		}
		return false
	}
}
func anyButStdlib(dep string) bool {
	first, _, _ := strings.Cut(dep, "/")
	return strings.Contains(first, ".") || first == "linkdesk"
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsKeepTheirDirection(t *testing.T) {
	out, err := exec.Command("go", "list", "-tags", "ci", "-json=ImportPath,Imports", "linkdesk/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, rule := range forbidden {
			if !rule.who(p.ImportPath) {
				continue
			}
			for _, dep := range p.Imports {
				if rule.what(dep) {
					t.Errorf("%s imports %s: %s", p.ImportPath, dep, rule.why)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("go list showed %d packages only", seen)
	}
}
