package syncing

import (
	"cmp"
	"slices"
	"time"

	"linkdesk/core"
)

const sampleEvery = 250 * time.Millisecond

// Progress is how far a run is.
type Progress struct {
	Run          core.RunID
	Connection   core.ConnectionID
	Status       core.RunStatus // RunQueued or RunRunning
	Model        core.Model     // which is read now; "" while it waits
	Counts       core.Counts    // of that model
	Total        int64          // records expected, when the service said; 0: not known
	Started      time.Time
	WaitingUntil time.Time // the service asked to wait; zero: it does not
}

// Running returns the runs that wait or go on, in the order of their start.
func (s *Service) Running() []Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Progress, 0, len(s.jobs))
	for _, j := range s.jobs {
		all = append(all, j.progress)
	}
	slices.SortFunc(all, func(a, b Progress) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Run, b.Run))
	})
	return all
}
