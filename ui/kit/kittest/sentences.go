package kittest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Unseen are parts of the core whose sentences no window shows, and why.
var Unseen = []string{
	"core/practice",                                                    // the pages of the practice store, which are English
	"core/segment",                                                     // rules come by the API and the command line
	"core/authserver/authserver",                                       // tests
	"core/signin/signintest",                                           // tests
	"storage/api",                                                      // answers of the REST API
	"storage/cursor",                                                   // the same
	"core/service/load",                                                // what is wrong in a manifest is told in its own words, with file and line
	"core/service/registry",                                            // the same, in the log and by `linkdesk services`
	"core/service/template",                                            // mistakes of a manifest
	"core/service/hosts",                                               // the same
	"core/access", "core/model", "core/scope", "core/desktop/instance", // words of the command line
}

// Sentences returns the sentences of core and storage (below root) that an
// error or a choice shows to a person, sorted. What is filled in stands as
// {1}, {2}, …
func Sentences(root string) ([]string, error) {
	found := map[string]bool{}
	for _, top := range []string{"core", "storage"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(dir string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			return sentencesOf(root, dir, found)
		})
		if err != nil {
			return nil, err
		}
	}
	var all []string
	for s := range found {
		all = append(all, s)
	}
	slices.Sort(all)
	return all, nil
}

// source is a package, or one function of it, in which words are looked up.
type source struct {
	names map[string][]ast.Expr // what a name may stand for: constants, or what a function assigns
	funcs map[string][]*ast.FuncDecl
	depth int
}

func sentencesOf(root, dir string, found map[string]bool) error {
	files := map[string]*ast.File{}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	src := source{names: map[string][]ast.Expr{}, funcs: map[string][]*ast.FuncDecl{}}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		files[path] = file
		for _, d := range file.Decls {
			src.declare(d)
		}
	}
	for path, file := range files {
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(Unseen, func(p string) bool { return strings.HasPrefix(filepath.ToSlash(rel), p) }) {
			continue
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				for _, text := range src.said(f) {
					found[text] = true
				}
			}
		}
	}
	return nil
}

func (s source) declare(d ast.Decl) {
	switch x := d.(type) {
	case *ast.FuncDecl:
		s.funcs[x.Name.Name] = append(s.funcs[x.Name.Name], x)
	case *ast.GenDecl:
		for _, spec := range x.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				for i, e := range v.Values {
					s.names[v.Names[i].Name] = append(s.names[v.Names[i].Name], e)
				}
			}
		}
	}
}

// said are the sentences that a function hands to an error, or to the reason of
// a choice.
func (s source) said(f *ast.FuncDecl) (all []string) {
	in := s.within(f)
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if i := public(x); i >= 0 {
				all = append(all, in.texts(x.Args[i])...)
			}
		case *ast.AssignStmt:
			if l, ok := x.Lhs[0].(*ast.SelectorExpr); ok && l.Sel.Name == "Reason" {
				all = append(all, in.texts(x.Rhs[0])...)
			}
		case *ast.ReturnStmt:
			if (f.Name.Name == "AccessNote" || f.Name.Name == "whyNot") && len(x.Results) == 1 {
				all = append(all, in.texts(x.Results[0])...)
			}
		}
		return true
	})
	return all
}

// public is the argument of a call that holds a public sentence; -1: none.
func public(call *ast.CallExpr) int {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "core" {
			name = f.Sel.Name
		}
	}
	at := map[string]int{"E": 1, "Invalid": 0, "NotFound": 0, "keyringErr": 0, "mustTouch": 2}
	if i, ok := at[name]; ok && i < len(call.Args) {
		return i
	}
	return -1
}

// within adds what a function assigns to its names.
func (s source) within(f *ast.FuncDecl) source {
	in := source{names: maps.Clone(s.names), funcs: s.funcs, depth: s.depth + 1}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == len(a.Rhs) && a.Tok != token.ADD_ASSIGN {
			for i, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					in.names[id.Name] = append(in.names[id.Name], a.Rhs[i])
				}
			}
		}
		return true
	})
	return in
}

// gap stands for what is filled in.
const gap = "\x00"

var (
	gaps  = regexp.MustCompile(gap + "+")
	verbs = regexp.MustCompile("%[sdvq]")
	word  = regexp.MustCompile(`\pL{2}`)
)

// texts are the sentences an expression can be, numbered.
func (s source) texts(e ast.Expr) (all []string) {
	for _, text := range s.expand(e) {
		if !word.MatchString(text) {
			continue
		}
		n := 0
		all = append(all, gaps.ReplaceAllStringFunc(text, func(string) string { n++; return "{" + strconv.Itoa(n) + "}" }))
	}
	return all
}

func (s source) expand(e ast.Expr) []string {
	if text, ok := literal(e); ok {
		return []string{text}
	}
	switch x := e.(type) {
	case *ast.BinaryExpr:
		var all []string
		for _, a := range s.expand(x.X) {
			for _, b := range s.expand(x.Y) {
				all = append(all, a+b)
			}
		}
		return all
	case *ast.Ident:
		return s.union(s.names[x.Name], s.without(x.Name))
	case *ast.CallExpr:
		return s.called(x)
	}
	return []string{gap}
}

// without keeps text = "…" + text from being looked up for ever.
func (s source) without(name string) source {
	in := s
	in.names = maps.Clone(s.names)
	delete(in.names, name)
	return in
}

func (s source) called(call *ast.CallExpr) []string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	if name == "Sprintf" {
		if format, ok := literal(call.Args[0]); ok {
			return []string{verbs.ReplaceAllString(format, gap)}
		}
	}
	if len(s.funcs[name]) != 1 || s.depth > 2 {
		return []string{gap}
	}
	f := s.funcs[name][0]
	if f.Body == nil || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return []string{gap}
	}
	var returned []ast.Expr
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			returned = append(returned, r.Results[0])
		}
		return true
	})
	return s.union(returned, s.within(f))
}

// union is what any of the expressions can be, or a gap where none has words.
func (s source) union(all []ast.Expr, in source) []string {
	in.depth++
	if in.depth > 6 {
		return []string{gap}
	}
	var texts []string
	for _, e := range all {
		texts = append(texts, in.expand(e)...)
	}
	if !slices.ContainsFunc(texts, word.MatchString) {
		return []string{gap}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}
