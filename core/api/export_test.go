package api

import "linkdesk/core"

// Route is a row of the table, for tests.
type Route struct {
	Method, Path, ID string
	Scope            core.Scope
	Public, List     bool
	Answer           string
	Of               Source
	Params           []string
	Includes         []string
	Fields           []string
}

// Routes returns the table.
func Routes() (list []Route) {
	for _, r := range routes {
		row := Route{Method: r.method, Path: r.path, ID: r.id, Scope: r.scope, Public: r.public, List: r.list, Answer: r.answer, Of: r.of}
		for _, p := range r.params {
			row.Params = append(row.Params, p.name)
			row.Includes = append(row.Includes, p.values...)
			if p.name == "fields" {
				row.Fields = fieldNames(r.of, r)
			}
		}
		list = append(list, row)
	}
	return list
}

// RecordID makes the id of a record.
var RecordID = recordID

// MostNotes is how many ledger lines may wait.
const MostNotes = mostNotes

// Note adds a line to the ledger, as a request does.
func (a *API) Note(r Read) { a.notes.add(r) }
