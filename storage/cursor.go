package storage

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"linkdesk/core"
)

// cursor is the text of RecordPage.Next: which order it belongs to, and the
// keys of the last row given.
type cursor struct {
	Model      core.Model `json:"m"`
	Sort       string     `json:"s"`
	Descending bool       `json:"d,omitempty"`
	Keys       []any      `json:"k"`
}

func (p *plan) encode(keys []any) string {
	b, _ := json.Marshal(cursor{p.Model, p.Sort, p.Descending, keys}) // texts and whole numbers: cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

// decode reads the place to go on from. A cursor can come from outside (the
// API), so nothing in it is believed: its values are only ever bound as values.
func (p *plan) decode(text string) error {
	if text == "" {
		return nil
	}
	foreign := core.Invalid("This page mark belongs to another list. Start the list again.")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return foreign
	}
	var c cursor
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // a float would round large whole numbers
	if d.Decode(&c) != nil || c.Model != p.Model || c.Sort != p.Sort || c.Descending != p.Descending || len(c.Keys) != len(p.keys) {
		return foreign
	}
	for i, k := range c.Keys {
		switch v := k.(type) {
		case string:
		case json.Number:
			if c.Keys[i], err = v.Int64(); err != nil {
				return foreign
			}
		default:
			return foreign
		}
	}
	p.after = c.Keys
	return nil
}
