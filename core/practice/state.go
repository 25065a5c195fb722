package practice

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"linkdesk/core"
)

// state is what survives a restart. It holds no token, only hashes.
type state struct {
	Grants   []*grant           `json:"grants,omitempty"`
	Switches map[Switch]Setting `json:"switches,omitempty"`
	Edits    map[string]edit    `json:"edits,omitempty"` // "orders/ord_00001" -> its last change
	LastEdit time.Time          `json:"last_edit,omitzero"`
	Orders   int                `json:"orders_added,omitempty"`
}

// edit is the last change of one of Ada's records. Body is empty for a removed one.
type edit struct {
	Kind    kind            `json:"kind"`
	ID      string          `json:"id"`
	Updated time.Time       `json:"updated"`
	Body    json.RawMessage `json:"body,omitempty"`
}

func (s *Store) load() error {
	s.state = state{Switches: map[Switch]Setting{}, Edits: map[string]edit{}}
	if s.file == "" {
		return nil
	}
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return core.E(core.CodeStorageReadOnly, "", err)
	}
	kept := s.state
	if err = json.Unmarshal(text, &kept); err == nil && (kept.Switches == nil || kept.Edits == nil || slices.Contains(kept.Grants, nil)) {
		err = errors.New("a part of the state is null")
	}
	if err == nil {
		err = s.replay(kept.Edits)
	}
	if err != nil {
		s.log.Warn("The practice store starts anew, its file was damaged", "error", err)
		s.data[ada] = generate(accounts[0].plan)
		if err := os.Rename(s.file, s.file+".damaged"); err != nil {
			return core.E(core.CodeStorageReadOnly, "", err)
		}
		return nil
	}
	s.state = kept
	return nil
}

// replay puts the edits over the generated data.
func (s *Store) replay(edits map[string]edit) error {
	for _, e := range edits {
		r := row{id: e.ID, updated: e.Updated, deleted: len(e.Body) == 0}
		t, body := s.data[ada][e.Kind], newBody(e.Kind)
		if t == nil || body == nil {
			return core.Invalid("The practice store has no " + string(e.Kind) + ".")
		}
		if !r.deleted {
			if err := json.Unmarshal(e.Body, body); err != nil {
				return err
			}
			r.body = body
		}
		t.put(r)
	}
	return nil
}

// trySave saves where nobody could be told of a failure; save has logged it.
func (s *Store) trySave() { _ = s.save() }

// save writes the state in one step, so that a crash leaves the old or the new
// one. The caller holds the lock.
func (s *Store) save() error {
	if s.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(s.state, "", " ")
	if err == nil {
		err = writeFile(s.file, text)
	}
	if err != nil {
		s.log.Error("The practice store could not save its state", "error", err)
		return core.E(core.CodeStorageReadOnly, "", err)
	}
	return nil
}

func writeFile(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func newBody(k kind) any {
	switch k {
	case kind(core.Stores):
		return &Shop{}
	case kind(core.Customers):
		return &Customer{}
	case kind(core.Products):
		return &Product{}
	case categories:
		return &Category{}
	case kind(core.Orders):
		return &Order{}
	case kind(core.Segments):
		return &Segment{}
	}
	return nil
}
