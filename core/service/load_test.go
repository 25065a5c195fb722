package service

import (
	"io/fs"
	"testing"

	"linkdesk/assets"
)

// builtin returns the manifests that come with Linkdesk, by file name.
func builtin(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := fs.Glob(assets.Services, "services/*.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("built-in manifests: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := assets.Services.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

func TestBuiltInManifestsAreGood(t *testing.T) {
	for name, data := range builtin(t) {
		for _, f := range Check(name, data) {
			t.Errorf("%s:%d: %s: %s", name, f.Line, f.Level, f.Text)
		}
		if m, err := Load(name, data); err != nil || m.ID == "" || len(m.Models) != 5 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
