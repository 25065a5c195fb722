package kittest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/service"
)

// Texts returns every English text that the program can show, sorted: what the
// Go files below root (that of ui) hand to kit.T and kit.N, the words of the
// core, the sentences of its errors, and the texts of our own manifests.
func Texts(root string) ([]string, error) {
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, text := range handed(call) {
					found[text] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	sentences, err := Sentences(filepath.Join(root, ".."))
	if err != nil {
		return nil, err
	}
	manifests, err := manifestTexts()
	for _, text := range slices.Concat(coreTexts(), sentences, manifests) {
		found[text] = true
	}
	delete(found, "")
	var all []string
	for text := range found {
		all = append(all, text)
	}
	slices.Sort(all)
	return all, err
}

// handed returns the texts of a call of T or N: its first, or second and third, argument.
func handed(call *ast.CallExpr) []string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "kit" {
			name = f.Sel.Name
		}
	}
	var args []ast.Expr
	switch {
	case name == "T" && len(call.Args) >= 1:
		args = call.Args[:1]
	case name == "N" && len(call.Args) >= 3:
		args = call.Args[1:3]
	}
	var texts []string
	for _, a := range args {
		if text, ok := literal(a); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// literal returns the value of a string literal or of literals joined by +.
func literal(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := literal(x.X)
		b, okB := literal(x.Y)
		return a + b, okA && okB && x.Op == token.ADD
	}
	return "", false
}

// coreTexts are the words that package core says in English and ui translates.
func coreTexts() []string {
	var all []string
	for _, c := range core.Codes() {
		t := c.Text()
		all = append(all, t.Title, t.Cause, t.Button)
	}
	for _, m := range core.Models() {
		all = append(all, m.Title(), m.Holds())
		for _, c := range core.Columns(m) {
			all = append(all, c.Title)
		}
	}
	for _, a := range core.AccessLevels() {
		all = append(all, a.Title())
	}
	for _, s := range core.Scopes() {
		all = append(all, s.Title())
	}
	return all
}

// manifestTexts are what our own manifests say to a person. Those that a person
// adds speak their own language.
func manifestTexts() ([]string, error) {
	files, err := fs.Glob(assets.Services, "services/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, name := range files {
		data, err := assets.Services.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := service.Load(name, data)
		if err != nil {
			return nil, err
		}
		all = append(append(all, m.Note, m.Access.Note), m.GuideLines()...)
		inputs := m.Inputs
		for _, a := range m.Auth {
			all = append(all, a.Label)
			inputs = append(inputs, a.Fields...)
		}
		for _, in := range inputs {
			all = append(all, in.Label, in.Help)
		}
		for _, data := range m.Models {
			all = append(all, data.Reason, data.ScopeText.Read, data.ScopeText.Write)
		}
	}
	return all, nil
}

// Missing returns the texts that the catalogue of a language lacks, and the
// keys of the catalogue that nothing shows any more.
func Missing(language string, texts []string) (missing, unused []string, err error) {
	data, err := assets.Locales.ReadFile("locales/" + language + ".json")
	if err != nil {
		return nil, nil, err
	}
	var catalogue map[string]string
	if err := json.Unmarshal(data, &catalogue); err != nil {
		return nil, nil, err
	}
	for _, text := range texts {
		if catalogue[text] == "" {
			missing = append(missing, text)
		}
	}
	for key := range catalogue {
		if _, ok := slices.BinarySearch(texts, key); !ok {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	return missing, unused, nil
}

// Places returns the {names} of a text, sorted: a translation must have the same.
func Places(text string) []string {
	var all []string
	for _, part := range strings.Split(text, "{")[1:] {
		if name, _, ok := strings.Cut(part, "}"); ok {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
