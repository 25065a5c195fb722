package service

import (
	"fmt"
	"regexp"
	"slices"

	"linkdesk/core"
)

// AuthMethod returns the way of signing in of that name; "" means the first.
func (m *Manifest) AuthMethod(name string) (*Auth, bool) {
	for i := range m.Auth {
		if name == "" || m.Auth[i].Method == name {
			return &m.Auth[i], true
		}
	}
	return nil, false
}

// InputsFor returns what is asked before signing in with a method, in order;
// for an API key that includes the key itself.
func (m *Manifest) InputsFor(method string) []Input {
	var inputs []Input
	for _, in := range m.Inputs {
		if in.When == "" || in.When == method {
			inputs = append(inputs, in)
		}
	}
	if a, ok := m.AuthMethod(method); ok {
		inputs = append(inputs, a.Fields...)
	}
	return inputs
}

// ValidateInputs checks what was typed for the manifest's inputs: those of all
// methods must be there, the others may be, none may be unknown. The error is
// of class CodeInvalid and never shows a value.
func (m *Manifest) ValidateInputs(values map[string]string) error {
	for name := range values {
		if !slices.ContainsFunc(m.Inputs, func(in Input) bool { return in.ID == name }) {
			return core.Invalid(fmt.Sprintf("%s does not ask for “%s”.", m.Name, name))
		}
	}
	for _, in := range m.Inputs {
		value, given := values[in.ID]
		if !given && in.When != "" {
			continue
		}
		if err := in.Validate(value); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks one typed value.
func (in Input) Validate(value string) error {
	example := ""
	if in.Example != "" && !in.Secret {
		example = " It looks like this: " + in.Example + in.Suffix
	}
	switch {
	case value == "":
		return core.Invalid(in.Label + " is missing." + example)
	case !matches(in.Pattern, value):
		return core.Invalid(in.Label + " is not right." + example)
	}
	return nil
}

// Derived checks the typed fields of an API key and returns what is cut out of
// them, such as the data centre at the end of a key.
func (a *Auth) Derived(typed map[string]string) (map[string]string, error) {
	for _, in := range a.Fields {
		if err := in.Validate(typed[in.ID]); err != nil {
			return nil, err
		}
	}
	values := make(map[string]string, len(a.Derive))
	for name, d := range a.Derive {
		re, err := regexp.Compile(d.Regex)
		if err != nil {
			return nil, core.E(core.CodeInvalid, "", err)
		}
		found := re.FindStringSubmatch(typed[d.From])
		if len(found) < 2 {
			return nil, core.Invalid(a.Label + " is not right.")
		}
		values[name] = found[1]
	}
	return values, nil
}

// Key returns the id of the field that holds the key itself: the first secret one.
func (a *Auth) Key() string {
	for _, in := range a.Fields {
		if in.Secret {
			return in.ID
		}
	}
	return ""
}
