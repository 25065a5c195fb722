package service

import (
	"slices"

	"linkdesk/core"
)

// Offers reports whether a level may be chosen for a model at this service.
// Disabled always may.
func (m *Manifest) Offers(model core.Model, level core.Access) bool {
	if level == core.Disabled {
		return true
	}
	data := m.Models[model]
	return data.IsSupported() && slices.Contains(data.Levels, level)
}

// Offered returns the level that is used when `level` is chosen: the level
// itself, or the part of it that the service offers. It is never more.
func (m *Manifest) Offered(model core.Model, level core.Access) core.Access {
	if m.Offers(model, level) {
		return level
	}
	if level == core.ReadWrite {
		for _, part := range []core.Access{core.Read, core.Write} {
			if m.Offers(model, part) {
				return part
			}
		}
	}
	return core.Disabled
}

// asked returns the level whose scopes are asked for: what is offered of the
// chosen one, or the highest of all models where the service has one level for
// the whole account.
func (m *Manifest) asked(access core.AccessMap, model core.Model) core.Access {
	level := m.Offered(model, access.Of(model))
	if m.Access.Granularity != "account" || level == core.Disabled {
		return level
	}
	for _, other := range core.Models() {
		level = join(level, m.Offered(other, access.Of(other)))
	}
	return level
}

// join returns the level that covers both.
func join(a, b core.Access) core.Access {
	return level(a.CanRead() || b.CanRead(), a.CanWrite() || b.CanWrite())
}

func level(read, write bool) core.Access {
	switch {
	case read && write:
		return core.ReadWrite
	case read:
		return core.Read
	case write:
		return core.Write
	}
	return core.Disabled
}

// scopes returns what a level of a model needs.
func (m *Manifest) scopes(model core.Model, level core.Access) []string {
	data := m.Models[model]
	var scopes []string
	if level.CanRead() {
		scopes = append(scopes, data.Scopes.Read...)
	}
	if level.CanWrite() {
		scopes = append(scopes, data.Scopes.Write...)
	}
	return unique(scopes)
}

// unique drops repeats and keeps the order.
func unique(words []string) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// ScopesFor returns the scopes to ask for when signing in with a method: the
// base scopes, then those of each model in the order of core.Models, each once.
// Nil where scopes are not asked for, as with API keys (product row C05).
func (m *Manifest) ScopesFor(access core.AccessMap, method string) []string {
	a, ok := m.AuthMethod(method)
	if !ok || a.Method != "oauth2" || a.Authorize.Scope == nil {
		return nil
	}
	scopes := slices.Clone(m.Access.BaseScopes)
	for _, model := range core.Models() {
		scopes = append(scopes, m.scopes(model, m.asked(access, model))...)
	}
	return unique(scopes)
}

// holds reports whether what was granted is enough for one side, reading or
// writing, of a model. Nothing granted at all means that the service does not
// say (API keys); then only a call can tell, and nothing counts as missing.
func (m *Manifest) holds(model core.Model, side core.Access, granted []string) bool {
	if len(granted) == 0 {
		return true
	}
	all := func(scopes []string) bool {
		return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(granted, s) })
	}
	scopes := m.Models[model].Scopes
	if side.CanWrite() {
		return all(scopes.Write)
	}
	// Some services answer with the write scope alone where it includes reading.
	return all(scopes.Read) || m.Access.WriteImpliesRead && len(scopes.Write) > 0 && all(scopes.Write)
}

// Effective returns the access that is left of the chosen one: no more than
// the service offers and what was granted covers.
func (m *Manifest) Effective(access core.AccessMap, granted []string) core.AccessMap {
	out := core.AccessMap{}
	for _, model := range core.Models() {
		want := m.Offered(model, access.Of(model))
		out[model] = level(
			want.CanRead() && m.holds(model, core.Read, granted),
			want.CanWrite() && m.holds(model, core.Write, granted))
	}
	return out
}

// Missing returns the models whose chosen access the granted scopes do not
// cover, in the order of core.Models. What the service does not offer at all
// is not missing: signing in again would not bring it.
func (m *Manifest) Missing(access core.AccessMap, granted []string) []core.Model {
	var missing []core.Model
	effective := m.Effective(access, granted)
	for _, model := range core.Models() {
		if effective[model] != m.Offered(model, access.Of(model)) {
			missing = append(missing, model)
		}
	}
	return missing
}

// Excess returns the granted scopes that the chosen access no longer needs, in
// the order granted. Scopes that this manifest does not know are left out.
func (m *Manifest) Excess(access core.AccessMap, granted []string) []string {
	needed := slices.Clone(m.Access.BaseScopes)
	var known []string
	for _, model := range core.Models() {
		needed = append(needed, m.scopes(model, m.asked(access, model))...)
		if m.Models[model].IsSupported() {
			known = append(known, m.scopes(model, core.ReadWrite)...)
		}
	}
	return slices.DeleteFunc(slices.Clone(granted), func(s string) bool {
		return slices.Contains(needed, s) || !slices.Contains(known, s)
	})
}
