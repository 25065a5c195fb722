package service

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
)

// checker looks for what the schema cannot say: that names are known, hosts are
// listed, levels have scopes (manifest format, section 6, checks 1 to 4).
// Places are JSON pointers, so that a finding can name its line.
type checker struct {
	m        *Manifest
	doc      *document
	findings []Finding
	reached  map[string]bool // entries of hosts that some address needs
}

func (c *checker) run() {
	c.reached = map[string]bool{}
	c.inputs("/inputs", c.m.Inputs)
	c.auth()
	c.discover()
	c.api()
	for _, model := range core.Models() {
		c.model("/models/"+string(model), model, c.m.Models[model])
	}
	c.hosts()
}

func (c *checker) errorf(pointer, format string, args ...any) {
	c.findings = append(c.findings, Finding{c.doc.line(pointer), LevelError, fmt.Sprintf(format, args...)})
}

func (c *checker) warnf(pointer, format string, args ...any) {
	c.findings = append(c.findings, Finding{c.doc.line(pointer), LevelWarning, fmt.Sprintf(format, args...)})
}

// reserved are names that the program fills in itself; nothing else may bear them.
var reserved = append([]string{"raw", "parent", "refresh_token", "client_id", "client_secret"}, Builtins...)

func (c *checker) inputs(pointer string, inputs []Input) {
	seen := map[string]bool{}
	for i, in := range inputs {
		at := pointer + "/" + strconv.Itoa(i)
		if seen[in.ID] {
			c.errorf(at, "The input “%s” stands twice. Keep one.", in.ID)
		}
		seen[in.ID] = true
		if slices.Contains(reserved, in.ID) && !(in.ID == "access_token" && in.Secret) {
			c.errorf(at+"/id", "“%s” is a name that Linkdesk fills in itself. Choose another.", in.ID)
		}
		if c.regex(at+"/pattern", in.Pattern) && in.Example != "" && !matches(in.Pattern, in.Example) {
			c.errorf(at+"/example", "The example does not match the pattern.")
		}
	}
}

// regex reports whether a pattern compiles.
func (c *checker) regex(pointer, pattern string) bool {
	if pattern == "" {
		return false
	}
	if _, err := regexp.Compile(pattern); err != nil {
		c.errorf(pointer, "“%s” is not a regular expression: %s.", pattern, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return false
	}
	return true
}

func (c *checker) captures(pointer string, captures map[string]Capture) {
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		c.capturedName(pointer+"/"+name, name)
		c.regex(pointer+"/"+name+"/pattern", captures[name].Pattern)
	}
}

func (c *checker) capturedName(pointer, name string) {
	if slices.Contains(reserved, name) {
		c.errorf(pointer, "“%s” is a name that Linkdesk fills in itself. Choose another.", name)
	}
	if slices.ContainsFunc(c.m.Inputs, func(in Input) bool { return in.ID == name }) {
		c.errorf(pointer, "“%s” is an input already. Choose another name for what is captured.", name)
	}
}

func (c *checker) discover() {
	for i, d := range c.m.Discover {
		at := "/discover/" + strconv.Itoa(i)
		c.captures(at+"/capture", d.Capture)
		for _, a := range c.methods(d.When) {
			known := c.known(a, i)
			known["access_token"] = true
			c.request(at+"/request", d.Request, known)
		}
	}
}

func (c *checker) api() {
	api := c.m.API
	if !slices.Contains(api.Auth.Value.Names(), "access_token") {
		c.errorf("/api/auth/value", "The value needs {access_token}, such as “Bearer {access_token}”.")
	}
	c.paging("/api/paging", api.Paging, true)
	for _, a := range c.methods("") {
		known := c.known(a, len(c.m.Discover))
		c.address("/api/base", api.Base, known)
		c.request("/verify/request", c.m.Verify.Request, known)
		known["access_token"] = true
		c.names("/api/auth/value", string(api.Auth.Value), known)
		c.templates("/api/headers", api.Headers, known)
	}
}

// hosts checks the list itself, after all addresses have been looked at.
func (c *checker) hosts() {
	for i, h := range c.m.Hosts {
		at := "/hosts/" + strconv.Itoa(i)
		if strings.HasPrefix(h, "*.") && strings.Count(h, ".") < 2 {
			c.errorf(at, "“%s” would allow a whole top-level domain. Name the service's own.", h)
		}
		if name := strings.Trim(h, "{}"); name != h && name != "practice" {
			c.hostName(at, name)
		}
		if !c.reached[h] {
			c.warnf(at, "No address in this file is at “%s”. Leave it out, unless the service sends Linkdesk there.", h)
		}
	}
}
