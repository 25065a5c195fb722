package api

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
)

// writer writes items of one source as an app may see them.
type writer struct {
	of     Source
	mask   *mask
	fields []string // nil: all
}

// newWriter checks the names of the fields that were asked for.
func newWriter(of Source, c *call) (*writer, error) {
	known := fieldNames(of, c.route)
	for _, f := range c.args.fields {
		if !slices.Contains(known, f) {
			return nil, badRequest("There is no field “" + printable(f) + "” here. There are: " + strings.Join(known, ", ") + ".")
		}
	}
	return &writer{of, c.mask, c.args.fields}, nil
}

// envelope are the fields that every record has.
var envelope = []string{"id", "connection", "remote_id", "updated_at", "synced_at", "removed_at"}

// fieldNames returns what a record of a source has, in a fixed order.
func fieldNames(of Source, rt route) []string {
	list := slices.Clone(envelope)
	if of == Source(core.Orders) {
		list = append(list, "customer_id")
	}
	inner := structNames(dataType(of))
	slices.Sort(inner)
	list = append(list, inner...)
	for _, p := range rt.params {
		list = append(list, p.values...)
	}
	return list
}

func structNames(t reflect.Type) (list []string) {
	for name := range core.FieldIndex(t) {
		list = append(list, name)
	}
	return list
}

// dataType is the type of a source's documents.
func dataType(of Source) reflect.Type {
	if of == Categories {
		return reflect.TypeFor[categoryDoc]()
	}
	return reflect.TypeOf(core.NewData(core.Model(of))).Elem()
}

// categoryDoc is the document of a category.
type categoryDoc struct {
	Name   string `json:"name"`
	Parent string `json:"parent"` // id at the service; empty at the top
}

// wants reports whether a field was asked for; the id always is.
func (w *writer) wants(name string) bool {
	return w.fields == nil || name == "id" || slices.Contains(w.fields, name)
}

// record appends an item as one JSON object: the envelope, the document, and
// what was included. A document that has nothing to leave out is not looked into.
func (w *writer) record(b []byte, it Item, included string, extra []byte) []byte {
	b = w.head(b, it)
	switch doc := it.Doc; {
	case w.fields != nil || w.mask.touches(w.of, it):
		gjson.ParseBytes(doc).ForEach(func(name, v gjson.Result) bool {
			if w.wants(name.Str) {
				b = append(append(append(b, ','), name.Raw...), ':')
				b = append(b, w.mask.value(w.of, name.Str, v)...)
			}
			return true
		})
	case len(doc) > len("{}"):
		b = append(append(b, ','), doc[1:len(doc)-1]...)
	}
	if extra != nil && w.wants(included) {
		b = append(append(append(b, `,"`...), included...), `":`...)
		b = append(b, extra...)
	}
	return append(b, '}')
}

func (w *writer) head(b []byte, it Item) []byte {
	key := it.Key
	if w.of == Source(core.Customers) {
		key.RemoteID = w.mask.remoteID(key.RemoteID)
	}
	b = append(b, `{"id":"`...)
	b = append(appendID(b, key), '"')
	if w.wants("connection") {
		b = appendText(append(b, `,"connection":`...), string(key.Connection))
	}
	if w.wants("remote_id") {
		b = appendText(append(b, `,"remote_id":`...), key.RemoteID)
	}
	if w.wants("updated_at") {
		b = appendTime(append(b, `,"updated_at":`...), it.UpdatedAt)
	}
	if w.wants("synced_at") {
		b = appendTime(append(b, `,"synced_at":`...), it.SyncedAt)
	}
	if w.wants("removed_at") {
		b = appendTime(append(b, `,"removed_at":`...), it.RemovedAt)
	}
	if w.of == Source(core.Orders) && w.wants("customer_id") {
		b = append(b, `,"customer_id":`...)
		if it.Customer == "" {
			return append(b, "null"...)
		}
		b = append(appendID(append(b, '"'), Key{it.Connection, w.mask.remoteID(it.Customer)}), '"')
	}
	return b
}

// appendTime writes a time in UTC, null for the zero time.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return append(t.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// appendText writes a JSON string; most need no escapes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return append(b, marshal(s)...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
