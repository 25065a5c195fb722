package provider

import (
	"encoding/json"
	"fmt"
	"time"

	"linkdesk/core"
)

// positionVersion changes when the meaning of a stored Position changes.
const positionVersion = 1

// maxPages ends a list that never ends.
const maxPages = 1_000_000

// state is what a Position holds.
type state struct {
	Version int       `json:"v"`
	Asked   time.Time `json:"asked"`            // when the list began: {now}, the same for each page
	Since   time.Time `json:"since,omitzero"`   // changes from here on, overlap taken off; zero: everything
	Restart time.Time `json:"restart,omitzero"` // a search that ended early goes on from here
	Plain   bool      `json:"plain,omitempty"`  // the search cannot go on: everything is read instead
	Newest  time.Time `json:"newest,omitzero"`  // newest change seen in this search
	Pages   int       `json:"pages,omitempty"`
	At      cursor    `json:"at"`
	Parents *parents  `json:"parents,omitempty"`
}

// cursor is where one list stands; only the fields of its paging kind are set.
type cursor struct {
	Offset int    `json:"offset,omitempty"`
	Page   int    `json:"page,omitempty"` // pages read, not the number to ask for
	Next   string `json:"next,omitempty"` // cursor, last id or address
	Seen   int    `json:"seen,omitempty"` // items read
	Ends   string `json:"ends,omitempty"` // first and last id of the page before, to notice one that repeats
	More   bool   `json:"more,omitempty"` // not the first page
}

// parents is the progress through a list of parents.
type parents struct {
	At    cursor   `json:"at"`
	Done  bool     `json:"done,omitempty"`  // the list of parents has no more pages
	Queue []parent `json:"queue,omitempty"` // the first is in progress
}

// parent is one item of the parents' list, with those of its values that
// templates name.
type parent struct {
	ID     string            `json:"id"`
	Values map[string]string `json:"values,omitempty"`
}

// encode returns the Position that continues from a state.
func (s state) encode() (Position, error) {
	s.Version = positionVersion
	b, err := json.Marshal(s)
	return Position(b), err
}

// decodePosition reads a stored Position that is not the zero one.
func decodePosition(p Position) (state, error) {
	var s state
	err := json.Unmarshal([]byte(p), &s)
	switch {
	case err != nil:
	case s.Version != positionVersion:
		err = fmt.Errorf("version %d", s.Version)
	case s.Pages < 0 || s.At.bad() || s.Parents != nil && s.Parents.At.bad():
		err = fmt.Errorf("a negative count")
	}
	if err != nil {
		return state{}, core.E(core.CodeDataUnexpected, "Linkdesk lost its place in the list and starts it again.", fmt.Errorf("%w: %w", ErrPosition, err))
	}
	return s, nil
}

func (c cursor) bad() bool { return c.Offset < 0 || c.Page < 0 || c.Seen < 0 }
