package provider

import (
	"testing"

	"linkdesk/assets"
	"linkdesk/core/service"
)

// TestBuiltInManifestsCompile makes sure that every field of every service that
// comes with Linkdesk can be converted.
func TestBuiltInManifestsCompile(t *testing.T) {
	registry, err := service.NewRegistry(assets.Services, "", "http://127.0.0.1:4010")
	if err != nil {
		t.Fatal(err)
	}
	models := 0
	for _, m := range registry.List() {
		for model, def := range m.Models {
			if !def.IsSupported() {
				continue
			}
			models++
			if _, err := compile(m, model); err != nil {
				t.Errorf("%s %s: %v", m.ID, model, err)
			}
		}
	}
	if models < 12 {
		t.Errorf("only %d models", models)
	}
}
