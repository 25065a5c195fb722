package service

import (
	"slices"
	"testing"
)

func TestGuidesBecomeParagraphs(t *testing.T) {
	got := (&Manifest{Guide: "Needs an app.\n\n**With an app**\n1. Open *Account & billing*, *Extras*.\n2. Enter exactly `http://x`\n   and save.\n"}).GuideLines()
	want := []string{"Needs an app.", "**With an app**", "1. Open “Account & billing”, “Extras”.", "2. Enter exactly http://x and save."}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
