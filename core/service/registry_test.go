package service

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"linkdesk/assets"
	"linkdesk/core"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func ids(r *Registry) string {
	var out []string
	for _, m := range r.List() {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

func TestRegistryOfBuiltInServices(t *testing.T) {
	r, err := NewRegistry(assets.Services, filepath.Join(t.TempDir(), "absent"), "http://127.0.0.1:9000")
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(r); got != "practice hubspot mailchimp" {
		t.Errorf("services: %s", got)
	}
	if p := r.Problems(); len(p) != 0 {
		t.Errorf("problems: %v", p)
	}
	m, err := r.Get("practice")
	if err != nil || m.Origin != "built-in" || m.PracticeOrigin != "http://127.0.0.1:9000" {
		t.Fatalf("%v, %v", m, err)
	}
	r.SetPractice("http://127.0.0.1:9001")
	moved, _ := r.Get("practice")
	u, err := moved.ExpandURL("{practice}/x", nil)
	if err != nil || u.String() != "http://127.0.0.1:9001/x" {
		t.Errorf("%v, %v", u, err)
	}
	if m.PracticeOrigin != "http://127.0.0.1:9000" {
		t.Error("a manifest that was handed out has changed")
	}
	if _, err := r.Get("nothing"); core.CodeOf(err) != core.CodeNotFound {
		t.Error(err)
	}
}

func TestRegistryOfTheOwnFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "shop.yaml", small)
	write(t, dir, "shop2.yml", small)
	broken := write(t, dir, "broken.yaml", strings.Replace(small, "hosts:", "hots:", 1))
	write(t, dir, "notes.txt", "not a manifest")
	write(t, dir, ".hidden.yaml", "not: [a manifest")
	write(t, dir, "mine.yaml", strings.Replace(strings.Replace(small, "id: shop\n", "id: hubspot\n", 1), "name: Shop", "name: My HubSpot", 1))
	write(t, dir, "huge.yaml", small+"# "+strings.Repeat("x", maxFile))
	if err := os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := NewRegistry(assets.Services, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(r); got != "practice mailchimp hubspot shop" {
		t.Errorf("services: %s", got)
	}
	if m, _ := r.Get("hubspot"); m.Name != "My HubSpot" || m.Origin != filepath.Join(dir, "mine.yaml") {
		t.Errorf("the person's file does not replace the built-in service: %s from %s", m.Name, m.Origin)
	}
	var names []string
	for _, p := range r.Problems() {
		names = append(names, filepath.Base(p.File))
		if core.CodeOf(p.Err) != core.CodeInvalid || core.AsError(p.Err).Public == "" {
			t.Errorf("%s: %v", p.File, p.Err)
		}
	}
	if got := strings.Join(names, " "); got != "broken.yaml folder.yaml huge.yaml shop2.yml" {
		t.Errorf("problems: %s", got)
	}

	write(t, dir, "broken.yaml", strings.Replace(small, "id: shop\n", "id: mended\n", 1))
	if err := os.Remove(filepath.Join(dir, "mine.yaml")); err != nil {
		t.Fatal(err)
	}
	r.Reload()
	if m, err := r.Get("mended"); err != nil || m.Origin != broken {
		t.Errorf("a mended file is not used: %v", err)
	}
	if m, _ := r.Get("hubspot"); m.Name != "HubSpot" {
		t.Errorf("the built-in service does not come back: %s", m.Name)
	}
}

func TestRegistryFollowsLinksToFilesOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // making a link needs rights there that tests do not have
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	target := write(t, elsewhere, "linked", small)
	for link, to := range map[string]string{"good.yaml": target, "device.yaml": "/dev/zero", "gone.yaml": filepath.Join(elsewhere, "absent"), "folder.yaml": elsewhere, "loop.yaml": filepath.Join(dir, "loop.yaml")} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := NewRegistry(fstest.MapFS{}, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(r); got != "shop" || len(r.Problems()) != 4 {
		t.Errorf("services: %s; problems: %v", got, r.Problems())
	}
}

func TestBrokenBuiltInIsAnError(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"broken": {"services/a.yaml": {Data: []byte("manifest: 1")}},
		"twice":  {"services/a.yaml": {Data: []byte(small)}, "services/b.yaml": {Data: []byte(small)}},
	} {
		if _, err := NewRegistry(files, "", ""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRegistryIsSafeForManyGoroutines(t *testing.T) {
	r, err := NewRegistry(assets.Services, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { r.Reload(); r.SetPractice("http://127.0.0.1:1") })
		wg.Go(func() {
			if _, err := r.Get("practice"); err != nil || len(r.List()) != 3 {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
