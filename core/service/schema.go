package service

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"linkdesk/assets"
)

const schemaFile = "services/manifest.schema.json"

// schema returns the compiled schema and its own text. Both are part of the
// program, so a fault in them is one of programming.
var schema = sync.OnceValues(func() (*jsonschema.Schema, any) {
	text, err := assets.Services.ReadFile(schemaFile)
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaFile, doc); err != nil {
		panic(err)
	}
	return c.MustCompile(schemaFile), doc
})

// checkSchema returns what the schema refuses, in words.
func checkSchema(d *document) []Finding {
	compiled, _ := schema()
	err := compiled.Validate(d.root)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	r := refusals{doc: d, misspelt: map[string]bool{}}
	r.collect(invalid, r.unknownKeys)
	r.collect(invalid, r.others)
	slices.SortStableFunc(r.findings, func(a, b Finding) int { return a.Line - b.Line })
	return slices.Compact(r.findings)
}

// refusals gathers what the schema refuses. Unknown keys come first: where one
// is a misspelt required key, that the other is missing is not said as well.
type refusals struct {
	doc      *document
	findings []Finding
	misspelt map[string]bool // pointers of keys that stand there misspelt
}

// collect walks to the innermost causes: those name what the person wrote.
func (r *refusals) collect(e *jsonschema.ValidationError, look func(e *jsonschema.ValidationError, at string)) {
	if _, oneOf := e.ErrorKind.(*kind.OneOf); len(e.Causes) > 0 && !oneOf {
		for _, c := range e.Causes {
			r.collect(c, look)
		}
		return
	}
	var at strings.Builder
	for _, step := range e.InstanceLocation {
		at.WriteString("/" + escapePointer(step))
	}
	look(e, at.String())
}

func (r *refusals) unknownKeys(e *jsonschema.ValidationError, at string) {
	k, ok := e.ErrorKind.(*kind.AdditionalProperties)
	if !ok {
		return
	}
	allowed := schemaKeys(e.SchemaURL)
	for _, key := range k.Properties {
		r.misspelt[at+"/"+nearest(key, allowed)] = true
		r.findings = append(r.findings, Finding{r.doc.line(at + "/" + escapePointer(key)), LevelError, unknown("key", key, allowed)})
	}
}

func (r *refusals) others(e *jsonschema.ValidationError, at string) {
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return
	case *kind.Required:
		missing := slices.DeleteFunc(slices.Clone(k.Missing), func(key string) bool { return r.misspelt[at+"/"+key] })
		if len(missing) == 0 {
			return
		}
		e = &jsonschema.ValidationError{SchemaURL: e.SchemaURL, ErrorKind: &kind.Required{Missing: missing}}
	}
	r.findings = append(r.findings, Finding{r.doc.line(at), LevelError, words(e, at)})
}

// words says what is wrong at one place and what is allowed there.
func words(e *jsonschema.ValidationError, pointer string) string {
	name := "“" + lastStep(pointer) + "”"
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return fmt.Sprintf("%s needs %s.", placeName(pointer), list(k.Missing, "and"))
	case *kind.Enum:
		allowed := make([]string, len(k.Want))
		for i, w := range k.Want {
			allowed[i] = fmt.Sprint(w)
		}
		return fmt.Sprintf("%s cannot be %s.%s Allowed: %s.", name, quote(k.Got), didYouMean(fmt.Sprint(k.Got), allowed), list(allowed, "or"))
	case *kind.Const:
		return fmt.Sprintf("%s must be %v.", name, k.Want)
	case *kind.Type:
		return wrongType(name, k)
	case *kind.Pattern:
		return fmt.Sprintf("%s cannot be %s.%s", name, quote(k.Got), schemaHint(e.SchemaURL))
	case *kind.OneOf:
		return fmt.Sprintf("%s needs exactly one of %s.", placeName(pointer), list(oneOfKeys(e.SchemaURL), "or"))
	case *kind.MinItems:
		return fmt.Sprintf("%s needs at least %d.", name, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("%s may hold at most %d.", name, k.Want)
	case *kind.MinLength, *kind.MinProperties:
		return name + " is empty. Fill it in or leave the key out."
	case *kind.MaxLength:
		return fmt.Sprintf("%s may be at most %d characters long.", name, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s must be at least %s.", name, k.Want.RatString())
	case *kind.Maximum:
		return fmt.Sprintf("%s may be at most %s.", name, k.Want.RatString())
	case *kind.UniqueItems:
		return name + " holds the same value twice. Keep one."
	case *kind.PropertyNames:
		return fmt.Sprintf("“%s” cannot be a name. Use small letters, digits and _.", k.Property)
	}
	return name + " is not what the format allows here."
}

func wrongType(name string, k *kind.Type) string {
	if slices.Contains(k.Want, "string") && k.Got != "object" && k.Got != "array" {
		if k.Got == "null" {
			return name + " is empty. Fill it in or leave the key out."
		}
		return name + " must be a text. Put it in quotes."
	}
	words := map[string]string{"object": "a map", "array": "a list", "string": "a text", "integer": "a whole number", "boolean": "true or false"}
	var want []string
	for _, w := range k.Want {
		want = append(want, words[w])
	}
	return fmt.Sprintf("%s must be %s.", name, list(want, "or"))
}

func placeName(pointer string) string {
	if pointer == "" {
		return "The manifest"
	}
	steps := strings.Split(pointer[1:], "/")
	if n := len(steps); n > 2 {
		steps = steps[n-2:]
	}
	return "“" + strings.Join(steps, ".") + "”"
}

func lastStep(pointer string) string {
	last := pointer[strings.LastIndexByte(pointer, '/')+1:]
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(last)
}

// schemaNode returns the part of the schema that a location names.
func schemaNode(url string) map[string]any {
	_, fragment, _ := strings.Cut(url, "#")
	_, node := schema()
	for _, step := range strings.Split(fragment, "/") {
		if step == "" {
			continue
		}
		m, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		node = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	m, _ := node.(map[string]any)
	return m
}

func schemaKeys(url string) []string {
	properties, _ := schemaNode(url)["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

func oneOfKeys(url string) []string {
	var keys []string
	branches, _ := schemaNode(url)["oneOf"].([]any)
	for _, b := range branches {
		branch, _ := b.(map[string]any)
		required, _ := branch["required"].([]any)
		for _, r := range required {
			keys = append(keys, fmt.Sprint(r))
		}
	}
	return keys
}

func schemaHint(url string) string {
	if text, ok := schemaNode(url)["description"].(string); ok {
		return " It is: " + strings.TrimSuffix(text, ".") + "."
	}
	return " Allowed: " + fmt.Sprint(schemaNode(url)["pattern"])
}
