package desktop

import (
	"os"
	"strings"
	"sync"
	"time"
)

// zone is the time zone that was last read, and the file it came from.
var zone struct {
	sync.Mutex
	target string
	loc    *time.Location
}

// Location returns the computer's time zone as it is now. Go reads it only once
// per process, but a program that sits in the tray for weeks meets travel.
// Where it cannot be read anew it is that of the start.
func Location() *time.Location {
	if _, set := os.LookupEnv("TZ"); set {
		return time.Local
	}
	target, err := os.Readlink("/etc/localtime")
	_, name, found := strings.Cut(target, "/zoneinfo/")
	if err != nil || !found {
		return time.Local
	}
	zone.Lock()
	defer zone.Unlock()
	if zone.target != target {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return time.Local
		}
		zone.target, zone.loc = target, loc
	}
	return zone.loc
}
