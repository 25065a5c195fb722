package consent

import (
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// Who asks from elsewhere must not look as if it were here.
func TestAQuestionSaysWhereItWasAsked(t *testing.T) {
	kit.SetLanguage("en")
	q := question("ask_1", "n8n", core.OrdersRead)
	if here := origin(q, kittest.Noon); !strings.Contains(here, "asked from this computer") || !strings.Contains(warning(q), "on this computer") {
		t.Error(here, warning(q))
	}
	q.From = "192.168.1.20"
	if there := origin(q, kittest.Noon); strings.Contains(there, "this computer") || !strings.Contains(there, "**asked from 192.168.1.20**") || !strings.Contains(warning(q), "192.168.1.20") {
		t.Error(there, warning(q))
	}
}
