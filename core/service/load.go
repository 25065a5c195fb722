package service

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"linkdesk/core"
)

// Finding is one thing that Check has to say about a manifest file.
type Finding struct {
	Line  int    `json:"line"`  // 1 for the whole file
	Level string `json:"level"` // LevelError or LevelWarning
	Text  string `json:"text"`  // what is wrong and what is allowed, one sentence or two
}

// The levels of a Finding. A file with an error is not used.
const (
	LevelError   = "error"
	LevelWarning = "warning"
)

// Load reads a manifest: YAML, then the JSON Schema, then the types, then what
// only all of it together can tell (manifest format, section 6). The name is
// that of the file, for messages. The error is of class CodeInvalid and reads
// "shop.yaml:12: Unknown key “hots”. Did you mean “hosts”?".
func Load(name string, data []byte) (*Manifest, error) {
	m, findings := examine(name, data)
	errors := slices.DeleteFunc(findings, func(f Finding) bool { return f.Level != LevelError })
	if len(errors) == 0 {
		return m, nil
	}
	text := fmt.Sprintf("%s:%d: %s", filepath.Base(name), errors[0].Line, errors[0].Text)
	if more := len(errors) - 1; more > 0 {
		text += fmt.Sprintf(" There is more to mend in this file: %d.", more)
	}
	return nil, core.Invalid(text)
}

// Check returns all that is wrong or doubtful in a manifest file, by line; nil
// when it is good.
func Check(file string, data []byte) []Finding {
	_, findings := examine(file, data)
	return findings
}

// examine does the work of Load and Check. The manifest is nil when there are errors.
func examine(name string, data []byte) (*Manifest, []Finding) {
	doc, f := parseYAML(data)
	if f != nil {
		return nil, []Finding{*f}
	}
	if findings := checkSchema(doc); len(findings) > 0 {
		return nil, findings
	}
	m := &Manifest{Origin: name}
	if f := doc.decode(m); f != nil {
		return nil, []Finding{*f}
	}
	c := &checker{m: m, doc: doc}
	c.run()
	slices.SortFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Text, b.Text))
	})
	c.findings = slices.Compact(c.findings) // each way of signing in is checked, and may say the same
	if slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Level == LevelError }) {
		return nil, c.findings
	}
	return m, c.findings
}
