package main

import (
	"fmt"
	"os"

	"linkdesk/core"
	"linkdesk/core/service"
)

type serviceJSON struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Note    string       `json:"note,omitempty"`
	Methods []string     `json:"methods"`
	Models  []core.Model `json:"models"`
	Origin  string       `json:"origin"`
}

func runServices(c *call, args []string) error {
	fs := c.flags("services")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		if words[0] != "check" || len(words) != 2 {
			return usagef("services: use `services` or `services check FILE`")
		}
		return checkManifest(c, words[1])
	}
	var out []serviceJSON
	for _, m := range c.app.Registry.List() {
		out = append(out, toServiceJSON(m))
	}
	for _, p := range c.app.Registry.Problems() {
		fmt.Fprintf(c.stderr, "linkdesk: %s is left out. %s\n", p.File, core.AsError(p.Err).Public)
	}
	if c.json {
		return c.printJSON(out)
	}
	var rows [][]string
	for _, s := range out {
		models := ""
		for i, m := range s.Models {
			if i > 0 {
				models += ", "
			}
			models += string(m)
		}
		rows = append(rows, []string{s.ID, s.Name, models, s.Origin})
	}
	table(c.stdout, []string{"ID", "NAME", "DATA", "FROM"}, rows)
	return nil
}

func toServiceJSON(m *service.Manifest) serviceJSON {
	s := serviceJSON{ID: m.ID, Name: m.Name, Note: m.Note, Origin: m.Origin, Methods: []string{}, Models: []core.Model{}}
	for _, a := range m.Auth {
		s.Methods = append(s.Methods, a.Method)
	}
	for _, model := range core.Models() {
		if m.Models[model].IsSupported() {
			s.Models = append(s.Models, model)
		}
	}
	return s
}

// checkManifest reports on a file that somebody is writing.
func checkManifest(c *call, file string) error {
	data, err := os.ReadFile(c.path(file))
	if err != nil {
		return core.E(core.CodeInvalid, "The file "+file+" cannot be read.", err)
	}
	findings := service.Check(file, data)
	if c.json {
		if findings == nil {
			findings = []service.Finding{}
		}
		if err := c.printJSON(map[string]any{"file": file, "findings": findings}); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(c.stdout, "%s:%d: %s: %s\n", file, f.Line, f.Level, f.Text)
		}
	}
	if len(findings) > 0 {
		found := "1 finding"
		if len(findings) > 1 {
			found = fmt.Sprint(len(findings), " findings")
		}
		return core.Invalid(file + " has " + found + ".")
	}
	if !c.json {
		fmt.Fprintf(c.stdout, "%s is fine.\n", file)
	}
	return nil
}
