package desktop

import (
	"testing"
	"time"
)

func TestLocationIsTheComputersOwn(t *testing.T) {
	now := time.Now()
	_, here := now.In(Location()).Zone()
	_, local := now.Local().Zone()
	if here != local {
		t.Errorf("offset %d, the process started with %d", here, local)
	}
	t.Setenv("TZ", "Asia/Tokyo")
	if Location() != time.Local {
		t.Error("TZ decides where it is set")
	}
}
