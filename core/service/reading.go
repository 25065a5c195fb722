package service

import "linkdesk/core"

// Incremental reports whether the service can be asked for what changed in a
// data model. Where it cannot, each sync reads everything.
func (m *Manifest) Incremental(model core.Model) bool {
	data := m.Models[model]
	return data.IsSupported() && data.List.Incremental != nil && data.List.Incremental.Kind != "none"
}

// DetectsDeletes reports whether a record that a complete read lacks was
// removed at the service. That is so unless the manifest says otherwise
// (full_scan.detect_deletes), as for lists that leave old records out.
func (m *Manifest) DetectsDeletes(model core.Model) bool {
	data := m.Models[model]
	return data.IsSupported() && (data.List.FullScan == nil || data.List.FullScan.DetectDeletes)
}
