package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mutant is one change.
type mutant struct {
	id     int
	file   string
	line   int
	source string // of the line
	what   string

	alone    bool // it needs a program of its own, in which from..to is replaced
	from, to int
	with     string
}

// name tells a mutant apart from others, and stays when lines move.
func (m mutant) name() string { return filepath.Base(m.file) + ": " + m.what + ": " + m.source }

// source is a file with its mutants, and what is put in to build them all in.
type source struct {
	path    string
	text    []byte
	mutants []mutant
	edits   []edit
}

// edit puts a text in at a place; skip bytes there are left out.
type edit struct {
	at, skip int
	text     string
	closes   bool // it ends something: goes before what begins at the same place
	nth      int
}

var lastID int

// collect reads the files of a package, tests aside.
func collect(dir string) (files []*source, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, text, 0)
		if err != nil {
			return nil, err
		}
		s := &source{path: name, text: text}
		w := walker{s: s, set: set}
		ast.Inspect(tree, w.visit)
		files = append(files, s)
	}
	return files, err
}

// instrumented returns the text with all mutants built in.
func (s *source) instrumented() []byte {
	slices.SortStableFunc(s.edits, func(a, b edit) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.closes != b.closes:
			if a.closes {
				return -1
			}
			return 1
		case a.closes: // the inner one ends first
			return b.nth - a.nth
		}
		return a.nth - b.nth
	})
	var out bytes.Buffer
	at := 0
	for _, e := range s.edits {
		out.Write(s.text[at:max(at, e.at)])
		out.WriteString(e.text)
		at = max(at, e.at) + e.skip
	}
	out.Write(s.text[at:])
	return out.Bytes()
}

type walker struct {
	s      *source
	set    *token.FileSet
	parent []ast.Node
}

func (w *walker) offset(p token.Pos) int { return w.set.Position(p).Offset }

func (w *walker) add(n ast.Node, what string) *mutant {
	lastID++
	line := w.set.Position(n.Pos()).Line
	text := strings.TrimSpace(string(bytes.Split(w.s.text, []byte("\n"))[line-1]))
	w.s.mutants = append(w.s.mutants, mutant{id: lastID, file: w.s.path, line: line, source: text, what: what})
	return &w.s.mutants[len(w.s.mutants)-1]
}

// around puts texts before and after a node; %d is the number of the mutant.
func (w *walker) around(n ast.Node, what, before, after string) *mutant {
	m := w.add(n, what)
	w.put(n.Pos(), 0, fmt.Sprintf(before, m.id), false)
	w.put(n.End(), 0, after, true)
	return m
}

func (w *walker) put(at token.Pos, skip int, text string, closes bool) {
	w.s.edits = append(w.s.edits, edit{w.offset(at), skip, text, closes, len(w.s.edits)})
}

func (w *walker) constant() bool {
	return slices.ContainsFunc(w.parent, func(n ast.Node) bool {
		d, ok := n.(*ast.GenDecl)
		_, array := n.(*ast.ArrayType)
		return ok && d.Tok == token.CONST || array
	})
}

func (w *walker) visit(n ast.Node) bool {
	if n == nil {
		w.parent = w.parent[:len(w.parent)-1]
		return true
	}
	w.mutate(n)
	w.parent = append(w.parent, n)
	return true
}

var opposite = map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">", token.LAND: "||", token.LOR: "&&", token.ADD: "-", token.SUB: "+"}

func (w *walker) mutate(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			w.around(n, "! gone", "(mut(%d) != (", "))")
		}
	case *ast.IfStmt:
		w.turn(n.Cond, "if turned round")
	case *ast.CaseClause:
		for _, e := range n.List {
			switch e.(type) {
			case *ast.BinaryExpr, *ast.CallExpr:
				w.turn(e, "case turned round")
			}
		}
	case *ast.ExprStmt, *ast.AssignStmt:
		w.statement(n.(ast.Stmt))
	case *ast.BasicLit:
		w.number(n)
	case *ast.Ident:
		if (n.Name == "true" || n.Name == "false") && !w.constant() {
			w.around(n, n.Name+" turned round", "(mut(%d) != ", ")")
		}
	}
}

func (w *walker) binary(n *ast.BinaryExpr) {
	op := n.Op.String()
	swap := func(what, before, comma, after string) {
		m := w.add(n, what)
		w.put(n.Pos(), 0, fmt.Sprintf(before, m.id), false)
		w.put(n.OpPos, len(op), comma, false)
		w.put(n.End(), 0, after, true)
	}
	switch n.Op {
	case token.EQL, token.NEQ:
		w.around(n, op+" turned round", "(mut(%d) != (", "))")
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		swap(op+" to "+opposite[n.Op], map[token.Token]string{token.LSS: "mutLSS", token.LEQ: "mutLEQ", token.GTR: "mutGTR", token.GEQ: "mutGEQ"}[n.Op]+"(%d, ", ",", ")")
	case token.LAND:
		swap("&& to ||", "mutAnd(%d, ", ", func() bool { return (", ")})")
	case token.LOR:
		swap("|| to &&", "mutOr(%d, ", ", func() bool { return (", ")})")
	case token.ADD, token.SUB:
		if text := string(w.s.text[w.offset(n.Pos()):w.offset(n.End())]); !strings.ContainsAny(text, "\"") {
			m := w.add(n, op+" to "+opposite[n.Op])
			m.alone, m.from, m.to, m.with = true, w.offset(n.OpPos), w.offset(n.OpPos)+1, opposite[n.Op]
		}
	}
}

// turn turns a condition round, unless a mutant of its operator does the same.
func (w *walker) turn(e ast.Expr, what string) {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return
	case *ast.BinaryExpr:
		if e.Op == token.EQL || e.Op == token.NEQ {
			return
		}
	}
	w.around(e, what, "(mut(%d) != (", "))")
}

// statement leaves out a call, or an assignment to what is there already.
func (w *walker) statement(n ast.Stmt) {
	switch w.parent[len(w.parent)-1].(type) {
	case *ast.BlockStmt, *ast.CaseClause:
	default:
		return // the head of an if, a for or a case of a select
	}
	if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		return
	}
	if text := w.s.text[w.offset(n.Pos()):w.offset(n.End())]; bytes.HasPrefix(text, []byte("s.log.")) || bytes.HasPrefix(text, []byte("c.s.log.")) {
		return // nothing but people depends on a line of the log
	}
	w.around(n, "left out", "if !mut(%d) { ", " }")
}

// number makes a number one larger.
func (w *walker) number(n *ast.BasicLit) {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != token.INT || err != nil {
		return
	}
	m := w.add(n, n.Value+" to "+strconv.Itoa(v+1))
	m.alone, m.from, m.to, m.with = true, w.offset(n.Pos()), w.offset(n.End()), strconv.Itoa(v+1)
}
