package core

// Access is what Linkdesk may do with one data model at a service.
type Access string

// The four levels of the sync settings (seed 0).
const (
	Disabled  Access = "disabled"
	Read      Access = "read"
	Write     Access = "write"
	ReadWrite Access = "read_write"
)

// AccessLevels returns all levels, smallest first.
func AccessLevels() []Access { return []Access{Disabled, Read, Write, ReadWrite} }

// ParseAccess returns the level of that name, or an error of code CodeInvalid.
func ParseAccess(name string) (Access, error) {
	for _, a := range AccessLevels() {
		if string(a) == name {
			return a, nil
		}
	}
	return "", Invalid("There is no access level called “" + name + "”. Use disabled, read, write or read_write.")
}

// CanRead reports whether records may be copied from the service.
func (a Access) CanRead() bool { return a == Read || a == ReadWrite }

// CanWrite reports whether records may be sent to the service.
func (a Access) CanWrite() bool { return a == Write || a == ReadWrite }

// Covers reports whether having level a is enough where level need is wanted.
func (a Access) Covers(need Access) bool {
	return (a.CanRead() || !need.CanRead()) && (a.CanWrite() || !need.CanWrite())
}

// Title returns the name shown to people.
func (a Access) Title() string {
	switch a {
	case Disabled:
		return "Don't sync"
	case Read:
		return "Read"
	case Write:
		return "Write"
	case ReadWrite:
		return "Read & Write"
	}
	return string(a)
}

// AccessMap is a level for each data model; a model without an entry is Disabled.
type AccessMap map[Model]Access

// Of returns the level of a model.
func (m AccessMap) Of(model Model) Access {
	if a := m[model]; a != "" {
		return a
	}
	return Disabled
}

// Clone returns a copy.
func (m AccessMap) Clone() AccessMap {
	c := make(AccessMap, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}
