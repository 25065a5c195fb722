package kit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// What the core says in English is said in the language of the window, with the
// names that were filled in.
func TestSentencesOfTheCoreAreTranslated(t *testing.T) {
	t.Cleanup(func() { kit.SetLanguage("en") })
	public := func(err error) string { return core.AsError(err).Public }
	uri := public(authserver.CheckRedirectURI("http://shop.test/back"))
	shop := service.Input{Label: "API key", Pattern: "x", Example: "abc"}
	for english, german := range map[string]string{
		"That is not the passphrase. Try again.": "Das ist nicht die Passphrase. Versuchen Sie es noch einmal.",
		uri:                                      "Ohne Verschlüsselung (http) wird nur dieser Computer angenommen: localhost, 127.0.0.1 oder [::1]. Verwenden Sie für „shop.test“ https.",
		public(shop.Validate("")):                "API-Schlüssel fehlt. So sieht es aus: abc",
		"Acme has no orders.":                    "Acme hat keine Bestellungen.",
		"There is already an app called “Orders”. Choose another name.": "Es gibt schon eine App namens „Orders“. Wählen Sie einen anderen Namen.",
		"Acme did not finish the sign-in.":                              "Acme schloss die Anmeldung nicht ab.",
		"A sentence of a manifest that somebody wrote.":                 "A sentence of a manifest that somebody wrote.",
		"": "",
	} {
		kit.SetLanguage("de")
		if got := kit.Say(english); got != german {
			t.Errorf("%q is said as %q, want %q", english, got, german)
		}
		kit.SetLanguage("en")
		if got := kit.Say(english); got != english {
			t.Errorf("%q is said as %q in English", english, got)
		}
	}
}

// Every sentence with names is found again in what it is made of, in no other.
func TestNoSentenceIsTakenForAnother(t *testing.T) {
	t.Cleanup(func() { kit.SetLanguage("en") })
	all, err := kittest.Sentences("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	kit.SetLanguage("de")
	for _, s := range all {
		names := strings.NewReplacer("{1}", "Willow", "{2}", "Pine")
		if got, want := kit.Say(names.Replace(s)), names.Replace(kit.T(s)); got != want {
			t.Errorf("%q is said as %q, want %q", s, got, want)
		}
	}
}

// A part of the core that is left out of the catalogue is really there.
func TestWhatNoWindowShowsIsThere(t *testing.T) {
	for _, prefix := range kittest.Unseen {
		if found, err := filepath.Glob(filepath.Join("../..", prefix+"*")); err != nil || len(found) == 0 {
			if _, err := os.Stat(filepath.Join("../..", prefix)); err != nil {
				t.Errorf("%s is left out, but is not there", prefix)
			}
		}
	}
}
