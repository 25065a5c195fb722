//go:build desktop && linux

package desktop

import "testing"

// In a real desktop, run by `make test-desktop`.
func TestRealDesktop(t *testing.T) {
	if !HasSessionBus(t.Context()) || !TrayHost(t.Context()) {
		t.Error("the tray of this desktop is not seen")
	}
	if problem := DisplayProblem(); problem != "" {
		t.Error(problem)
	}
}
