package words

import (
	"strings"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// Scope says what a permission allows: "Read order data and history".
func Scope(s core.Scope) string { return kit.T(s.Title()) }

// Data names the records of a data model within a sentence: "orders".
func Data(m core.Model) string {
	switch m {
	case core.Stores:
		return kit.T("stores")
	case core.Customers:
		return kit.T("customers")
	case core.Orders:
		return kit.T("orders")
	case core.Products:
		return kit.T("products")
	case core.Segments:
		return kit.T("segments")
	}
	return string(m)
}

// Scopes sums permissions up in one line: "Read: stores, orders · Write: segments".
func Scopes(list []core.Scope) string {
	read, write := split(list)
	var parts []string
	if len(read) > 0 {
		parts = append(parts, kit.T("Read: {data}", "data", strings.Join(read, ", ")))
	}
	if len(write) > 0 {
		parts = append(parts, kit.T("Write: {data}", "data", strings.Join(write, ", ")))
	}
	if len(parts) == 0 {
		return kit.T("None")
	}
	return strings.Join(parts, " · ")
}

// MayNow says what an app was just allowed: "n8n can now read orders and
// customers and change segments."
func MayNow(app string, list []core.Scope) string {
	read, write := split(list)
	switch {
	case len(write) == 0:
		return kit.T("{app} can now read {data}.", "app", app, "data", and(read))
	case len(read) == 0:
		return kit.T("{app} can now change {data}.", "app", app, "data", and(write))
	}
	return kit.T("{app} can now read {data} and change {other}.", "app", app, "data", and(read), "other", and(write))
}

func split(list []core.Scope) (read, write []string) {
	for _, s := range core.OnlyScopes(core.Scopes(), list) {
		if s.Writes() {
			write = append(write, Data(s.Model()))
		} else {
			read = append(read, Data(s.Model()))
		}
	}
	return read, write
}

// and joins names: "stores, orders and products".
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return kit.T("{names} and {last}", "names", strings.Join(names[:last], ", "), "last", names[last])
}
