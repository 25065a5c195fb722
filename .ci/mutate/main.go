// Mutate changes one thing of a package at a time and runs its tests: a mutant
// that no test notices is printed. Usage, in the top folder:
//
//	go run ./.ci/mutate [-only regexp] [-list] ./core/authserver
//
// A mutant is a condition turned round, a comparison moved by one, && for ||, a
// constant changed, or a statement left out. Those of equivalent.txt, which
// change nothing that can be seen, are left out. Exit status 1: some survived.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed equivalent.txt
var equivalents string

// mutant replaces the bytes from..to of a file.
type mutant struct {
	file     string
	line     int
	from, to int
	with     string
	source   string // the line
	what     string
}

func (m mutant) key() string {
	return filepath.Base(m.file) + ": " + m.what + ": " + m.source
}

func main() {
	only := flag.String("only", "", "regular expression: of file: what: line")
	list := flag.Bool("list", false, "only list the mutants")
	workers := flag.Int("p", 2, "mutants at a time")
	flag.Parse()
	dir := flag.Arg(0)
	all, err := mutants(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	pattern := regexp.MustCompile(*only)
	skip := strings.Split(equivalents, "\n")
	all = slices.DeleteFunc(all, func(m mutant) bool { return !pattern.MatchString(m.key()) })
	equal := len(all)
	all = slices.DeleteFunc(all, func(m mutant) bool { return slices.Contains(skip, m.key()) })
	equal -= len(all)
	if *list {
		for _, m := range all {
			fmt.Println(m.key())
		}
		return
	}
	if out, alive := try(dir, nil); !alive {
		fmt.Fprintf(os.Stderr, "the tests fail as they are:\n%s", out)
		os.Exit(2)
	}
	survivors := run(dir, all, *workers)
	fmt.Printf("%d mutants, %d equivalent, %d survived\n", len(all)+equal, equal, survivors)
	if survivors > 0 {
		os.Exit(1)
	}
}

func run(dir string, all []mutant, workers int) (survivors int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan mutant)
	for range workers {
		wg.Go(func() {
			for m := range next {
				if _, alive := try(dir, &m); alive {
					mu.Lock()
					survivors++
					fmt.Printf("%s:%d survived\n\t%s\n", m.file, m.line, m.key())
					mu.Unlock()
				}
			}
		})
	}
	for _, m := range all {
		next <- m
	}
	close(next)
	wg.Wait()
	return survivors
}

// mutants lists what may be changed in the files of a package, tests aside.
func mutants(dir string) (all []mutant, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, text, 0)
		if err != nil {
			return nil, err
		}
		c := &collector{set: set, file: file, text: text}
		ast.Inspect(tree, c.visit)
		all = append(all, c.found...)
	}
	return all, nil
}

type collector struct {
	set   *token.FileSet
	file  string
	text  []byte
	found []mutant
}

func (c *collector) add(from, to token.Pos, with, what string) {
	p := c.set.Position(from)
	line := bytes.Split(c.text, []byte("\n"))[p.Line-1]
	c.found = append(c.found, mutant{c.file, p.Line, p.Offset, c.set.Position(to).Offset, with, strings.TrimSpace(string(line)), what})
}

func (c *collector) at(n ast.Node) string {
	return string(c.text[c.set.Position(n.Pos()).Offset:c.set.Position(n.End()).Offset])
}

var swaps = map[token.Token]string{token.EQL: "!=", token.NEQ: "==", token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">", token.LAND: "||", token.LOR: "&&", token.ADD: "-", token.SUB: "+"}

func (c *collector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.BinaryExpr:
		if with, ok := swaps[n.Op]; ok && (n.Op != token.ADD || !strings.Contains(c.at(n), `"`)) { // texts have no minus
			c.add(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), with, n.Op.String()+" to "+with)
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			c.add(n.OpPos, n.OpPos+1, "", "! gone")
		}
	case *ast.IfStmt:
		c.turn(n.Cond, "if turned round")
	case *ast.CaseClause:
		c.clause(n)
	case *ast.ExprStmt:
		if _, call := n.X.(*ast.CallExpr); call {
			c.add(n.Pos(), n.End(), "", "left out")
		}
	case *ast.AssignStmt:
		c.assign(n)
	case *ast.BasicLit:
		if n.Kind == token.INT {
			v, err := strconv.Atoi(n.Value)
			if err == nil {
				c.add(n.Pos(), n.End(), strconv.Itoa(v+1), n.Value+" to "+strconv.Itoa(v+1))
			}
		}
	case *ast.Ident:
		if n.Name == "true" {
			c.add(n.Pos(), n.End(), "false", "true to false")
		} else if n.Name == "false" {
			c.add(n.Pos(), n.End(), "true", "false to true")
		}
	}
	return true
}

// clause turns the conditions of a switch without a value round.
func (c *collector) clause(n *ast.CaseClause) {
	for _, e := range n.List {
		switch e.(type) {
		case *ast.BinaryExpr, *ast.CallExpr, *ast.UnaryExpr:
			c.turn(e, "case turned round")
		}
	}
}

// turn turns a condition round, unless another mutant does the same.
func (c *collector) turn(e ast.Expr, what string) {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return
	case *ast.BinaryExpr:
		if e.Op == token.EQL || e.Op == token.NEQ {
			return
		}
	}
	c.add(e.Pos(), e.End(), "!("+c.at(e)+")", what)
}

// assign leaves out what is set in a field, an element or a variable that is there.
func (c *collector) assign(n *ast.AssignStmt) {
	if n.Tok == token.DEFINE {
		return
	}
	c.add(n.Pos(), n.End(), "", "left out")
}

// try runs the tests with a mutant; alive means that they pass. A mutant that
// does not compile is dead.
func try(dir string, m *mutant) (out []byte, alive bool) {
	args := []string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=30s"}
	if m != nil {
		text, err := os.ReadFile(m.file)
		if err != nil {
			return []byte(err.Error()), true
		}
		scratch, err := os.MkdirTemp("", "mutant")
		if err != nil {
			return []byte(err.Error()), true
		}
		defer os.RemoveAll(scratch)
		changed, overlay := filepath.Join(scratch, "mutant.go"), filepath.Join(scratch, "overlay.json")
		original, _ := filepath.Abs(m.file)
		doc, _ := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
		text = slices.Concat(text[:m.from], []byte(m.with), text[m.to:])
		if os.WriteFile(changed, text, 0o600) != nil || os.WriteFile(overlay, doc, 0o600) != nil {
			return nil, true
		}
		args = append(args, "-overlay", overlay)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", append(args, "./"+filepath.Clean(dir))...).CombinedOutput()
	return out, err == nil
}
