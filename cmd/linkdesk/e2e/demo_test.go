package e2e

import (
	"encoding/json"
	"maps"
	"testing"
)

// The main job in one command: what it says it copied is what the store says it has.
func TestDemoCopiesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var d struct {
		Connections []connection   `json:"connections"`
		Runs        []run          `json:"runs"`
		Records     map[string]int `json:"records"`
		Store       map[string]int `json:"store"`
	}
	w.into(&d, "demo")
	if len(d.Connections) != 1 || d.Connections[0].Service != "practice" || d.Connections[0].Status != "ok" || len(d.Connections[0].Granted) != 5 {
		t.Errorf("connections: %+v", d.Connections)
	}
	if len(d.Runs) != 2 || d.Runs[0].Status != "ok" || d.Runs[1].Status != "ok" {
		t.Fatalf("runs: %+v", d.Runs)
	}
	for model, n := range map[string]int{"stores": 3, "customers": 600, "products": 250, "orders": 1200, "segments": 8} {
		if got := d.Runs[0].Models[model]; got.Status != "ok" || got.Added != n || got.Changed+got.Removed+got.Failed != 0 {
			t.Errorf("first run, %s: %+v", model, got)
		}
	}
	if got := d.Runs[1].Models["orders"]; got.Added != 1 || got.Changed != 0 {
		t.Errorf("the order that was added: %+v", got)
	}
	if !maps.Equal(d.Records, d.Store) || d.Records["orders"] != 1201 || d.Records["customers"] != 600 {
		t.Errorf("here are %v, at the store %v", d.Records, d.Store)
	}
	if got := w.counts(); !maps.Equal(got, d.Records) { // kept, and readable by a later command
		t.Errorf("afterwards %v", got)
	}
	// Again in the same folder: the records of the first one stand beside.
	if w.into(&d, "demo"); !maps.Equal(d.Records, d.Store) || d.Records["orders"] != 1202 {
		t.Errorf("the second time: here are %v, at the store %v", d.Records, d.Store)
	}
}

// Without a home, the demo leaves nothing behind and needs no passphrase.
func TestDemoWithoutAHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env = []string{"PATH=/usr/bin:/bin", "HOME=" + w.home, "TMPDIR=" + w.home}
	r := w.run("demo", "--json")
	var d struct{ Records, Store map[string]int }
	if err := json.Unmarshal([]byte(r.out), &d); err != nil || r.code != 0 || d.Records["orders"] != 1201 || !maps.Equal(d.Records, d.Store) {
		t.Fatalf("%v %s", err, r)
	}
	if left := entries(t, w.home); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
