package kit_test

import (
	"encoding/json"
	"slices"
	"testing"

	"linkdesk/assets"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// Every text the program can show has a translation, and nothing else has one.
func TestCatalogueComplete(t *testing.T) {
	texts, err := kittest.Texts("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"{n} min ago", "Every {n} weeks, {day} {time}", "The sign-in took too long", "Read & Write",
		"That is not the passphrase. Try again.", "That app is not there any more.", "Port {1} of this computer is used by the program “{2}”. Quit that program, then turn the address on again.",
		"{1} has no {2}.", "A HubSpot account has no stores.", "See your orders", "1. In your HubSpot developer account create an app and open its “Auth” settings."} {
		if !slices.Contains(texts, must) {
			t.Errorf("the search for texts did not find %q", must)
		}
	}
	for _, language := range kit.Languages[1:] {
		missing, unused, err := kittest.Missing(language, texts)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range missing {
			t.Errorf("%s.json lacks %q", language, text)
		}
		for _, key := range unused {
			t.Errorf("%s.json translates what nothing shows: %q", language, key)
		}
	}
}

// A translation fills in the same things as the English text.
func TestTranslationsHaveTheSamePlaces(t *testing.T) {
	for _, language := range kit.Languages[1:] {
		data, err := assets.Locales.ReadFile("locales/" + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var catalogue map[string]string
		if err := json.Unmarshal(data, &catalogue); err != nil {
			t.Fatal(err)
		}
		for text, translated := range catalogue {
			if want, got := kittest.Places(text), kittest.Places(translated); !slices.Equal(want, got) {
				t.Errorf("%s: %q has %v, %q has %v", language, text, want, translated, got)
			}
		}
	}
}
