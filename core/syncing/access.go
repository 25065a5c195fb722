package syncing

import "linkdesk/core"

// settingKey names a setting; the empty connection is the default for all.
type settingKey struct {
	connection core.ConnectionID
	model      core.Model
}

// settings finds the setting in force for a data model of a connection.
type settings map[settingKey]core.SyncSetting

func indexSettings(all []core.SyncSetting) settings {
	s := make(settings, len(all))
	for _, one := range all {
		s[settingKey{one.Connection, one.Model}] = one
	}
	return s
}

// of returns the connection's own setting, else the default of the data model,
// else what Linkdesk starts with: read, each night.
func (s settings) of(c core.ConnectionID, m core.Model) (set core.SyncSetting, own bool) {
	if set, ok := s[settingKey{c, m}]; ok {
		return set, c != ""
	}
	if set, ok := s[settingKey{"", m}]; ok {
		return set, false
	}
	return core.SyncSetting{Model: m, Access: core.Read, Schedule: core.DefaultSchedule()}, false
}

// with returns the settings after a change.
func (s settings) with(set, unset []core.SyncSetting) settings {
	changed := make(settings, len(s)+len(set))
	for k, v := range s {
		changed[k] = v
	}
	for _, one := range unset {
		delete(changed, settingKey{one.Connection, one.Model})
	}
	for _, one := range set {
		changed[settingKey{one.Connection, one.Model}] = one
	}
	return changed
}

// wanted is the access that the settings ask for, limited to what the service
// offers (architecture, decision 10). It decides the scopes to ask for.
func (s settings) wanted(l Link, m core.Model) core.Access {
	set, _ := s.of(l.ID, m)
	return both(set.Access, l.Offers.Of(m))
}

// reads reports whether the data model is copied: wanted, and granted so far.
func (s settings) reads(l Link, m core.Model) bool {
	return both(s.wanted(l, m), l.Granted.Of(m)).CanRead()
}

// both returns what two levels have in common.
func both(a, b core.Access) core.Access {
	switch read, write := a.CanRead() && b.CanRead(), a.CanWrite() && b.CanWrite(); {
	case read && write:
		return core.ReadWrite
	case read:
		return core.Read
	case write:
		return core.Write
	}
	return core.Disabled
}
