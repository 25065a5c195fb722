package service

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a manifest file. A real one is about 10 KiB and 10 levels deep; a
// file beyond these is not a manifest, and must not cost memory or time.
const (
	maxFile  = 256 << 10
	maxDepth = 40
)

// document is a YAML file as plain values (map[string]any, []any, string,
// int64, float64, bool, nil) and the line on which each of them stands, by JSON
// pointer ("/models/orders/list").
type document struct {
	root  any
	lines map[string]int
}

// line returns where the value at a pointer stands, or the nearest one around it.
func (d *document) line(pointer string) int {
	for {
		if n, ok := d.lines[pointer]; ok {
			return n
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return 1
		}
		pointer = pointer[:i]
	}
}

// parseYAML reads the part of YAML that manifests are written in: one document
// of maps, lists, texts, numbers and true/false. Duplicate keys are refused.
// Anchors, aliases, merges and tags are too: none is needed, and an alias may
// grow a small file without bound.
func parseYAML(data []byte) (*document, *Finding) {
	if len(data) > maxFile {
		return nil, &Finding{1, LevelError, fmt.Sprintf("The file is larger than %d KiB, so it is not a manifest.", maxFile>>10)}
	}
	file, f := parseFile(data)
	if f != nil {
		return nil, f
	}
	d := &document{lines: map[string]int{}}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			return nil, &Finding{lineOf(doc.Body), LevelError, "A file holds one manifest. Put the second one into a file of its own."}
		default:
			root, f := d.convert(doc.Body, "", 0)
			if f != nil {
				return nil, f
			}
			d.root = root
		}
	}
	if _, isMap := d.root.(map[string]any); !isMap {
		return nil, &Finding{1, LevelError, "The file holds no manifest. A manifest starts with “manifest: 1”."}
	}
	return d, nil
}

// parseFile runs the YAML parser. Should the parser itself stumble over a file
// of the person, that file is refused; the program goes on.
func parseFile(data []byte) (file *ast.File, f *Finding) {
	defer func() {
		if recover() != nil {
			file, f = nil, &Finding{1, LevelError, "This is not YAML that Linkdesk can read."}
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if f := checkNesting(tokens); f != nil {
		return nil, f
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, syntaxFinding(err)
	}
	return file, nil
}

// checkNesting refuses what would drive the parser deep before it starts.
func checkNesting(tokens token.Tokens) *Finding {
	flow, inLine, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, inLine = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			inLine++
		}
		if flow > maxDepth || inLine > maxDepth {
			return tooDeep(line)
		}
	}
	return nil
}

func tooDeep(line int) *Finding {
	return &Finding{line, LevelError, "The file is nested too deeply to be a manifest."}
}

// syntaxFinding turns the parser's error into a line and its words.
func syntaxFinding(err error) *Finding {
	var e yaml.Error
	if !errors.As(err, &e) {
		return &Finding{1, LevelError, "This is not YAML: " + firstLine(err.Error())}
	}
	line := 1
	if t := e.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
	}
	text := e.GetMessage()
	if i := strings.Index(text, " already defined at ["); i > 0 {
		at := strings.TrimSuffix(text[i+len(" already defined at ["):], "]")
		first, _, _ := strings.Cut(at, ":")
		return &Finding{line, LevelError, fmt.Sprintf("%s stands twice: first on line %s. Keep one.", strings.Replace(text[:i], "mapping key", "The key", 1), first)}
	}
	return &Finding{line, LevelError, "This is not YAML: " + text + "."}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// convert turns a node into plain values and notes where they stand.
func (d *document) convert(n ast.Node, pointer string, depth int) (any, *Finding) {
	line := lineOf(n)
	if _, known := d.lines[pointer]; !known {
		d.lines[pointer] = line
	}
	if depth > maxDepth {
		return nil, tooDeep(line)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.convertMap(n.Values, pointer, depth)
	case *ast.MappingValueNode:
		return d.convertMap([]*ast.MappingValueNode{n}, pointer, depth)
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for i, item := range n.Values {
			v, f := d.convert(item, pointer+"/"+strconv.Itoa(i), depth+1)
			if f != nil {
				return nil, f
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.NullNode:
		return nil, nil
	case *ast.IntegerNode:
		return integer(n.Value, line)
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, &Finding{line, LevelError, "Anchors (&), aliases (*) and merges (<<) are not allowed. Write the value out."}
	case *ast.TagNode:
		return nil, &Finding{line, LevelError, "Tags (!) are not allowed. Write the value without one."}
	}
	return nil, &Finding{line, LevelError, "A manifest holds only maps, lists, texts, numbers and true or false."}
}

func (d *document) convertMap(values []*ast.MappingValueNode, pointer string, depth int) (any, *Finding) {
	m := make(map[string]any, len(values))
	for _, v := range values {
		key, f := mapKey(v.Key)
		if f != nil {
			return nil, f
		}
		at := pointer + "/" + escapePointer(key)
		if _, twice := m[key]; twice {
			return nil, &Finding{lineOf(v.Key), LevelError, fmt.Sprintf("The key “%s” stands twice: first on line %d. Keep one.", key, d.lines[at])}
		}
		d.lines[at] = lineOf(v.Key)
		if m[key], f = d.convert(v.Value, at, depth+1); f != nil {
			return nil, f
		}
	}
	return m, nil
}

// mapKey returns a key's text. Numbers and true/false count as their text, so
// that "map: {1: active}" says what it seems to say.
func mapKey(n ast.MapKeyNode) (string, *Finding) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode, *ast.NullNode:
		return n.GetToken().Value, nil
	case *ast.MergeKeyNode:
		return "", &Finding{lineOf(n), LevelError, "Anchors (&), aliases (*) and merges (<<) are not allowed. Write the value out."}
	}
	return "", &Finding{lineOf(n), LevelError, "A key must be a plain text."}
}

func integer(v any, line int) (any, *Finding) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v), nil
		}
	}
	return nil, &Finding{line, LevelError, "That number is too large."}
}

func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
