package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/segment"
)

// mask keeps personal fields from one app; nil keeps nothing.
type mask struct {
	key []byte
	app string
}

// hidden are the personal fields of each source, and what an app gets instead.
var hidden = map[Source]map[string]func(m *mask, value string) any{
	Source(core.Customers): {
		"email": (*mask).address, "phone": (*mask).pseudonym,
		"first_name": nothing, "last_name": nothing, "company": nothing, "country": nothing, "city": nothing, "tags": nothing,
	},
	Source(core.Stores): {"email": (*mask).address},
}

func nothing(*mask, string) any { return nil }

// pseudonym is the same for a value in all answers to an app, and tells nothing
// to who does not have the key. Case and blanks do not make another value.
func (m *mask) pseudonym(value string) any { return "hidden-" + m.digest(value) }

// address is a pseudonym that passes for an e-mail address (RFC 6761: never delivered).
func (m *mask) address(value string) any { return "hidden-" + m.digest(value) + "@hidden.invalid" }

func (m *mask) digest(value string) string {
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(m.app + "\x00" + strings.ToLower(strings.TrimSpace(value))))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// remoteID hides the id of a customer at services that use the e-mail address for it.
func (m *mask) remoteID(id string) string {
	if m == nil || !strings.Contains(id, "@") {
		return id
	}
	return "hidden-" + m.digest(id)
}

// touches reports whether an item holds something to hide, so that its document
// cannot be handed through.
func (m *mask) touches(of Source, it Item) bool {
	return m != nil && (hidden[of] != nil || of == Source(core.Segments) || strings.Contains(it.Customer, "@"))
}

// value returns the JSON of a field as the app may see it.
func (m *mask) value(of Source, name string, v gjson.Result) []byte {
	if m == nil {
		return []byte(v.Raw)
	}
	if hide := hidden[of][name]; hide != nil {
		if v.Type == gjson.String && v.Str == "" {
			return []byte(v.Raw)
		}
		return marshal(hide(m, v.String()))
	}
	switch {
	case of == Source(core.Orders) && name == "customer":
		return marshal(m.remoteID(v.String()))
	case of == Source(core.Segments) && name == "rules":
		return m.rules([]byte(v.Raw))
	}
	return []byte(v.Raw)
}

// rules hides what conditions about personal fields compare with.
func (m *mask) rules(raw []byte) []byte {
	var r core.Rule
	if json.Unmarshal(raw, &r) != nil {
		return []byte("null")
	}
	m.rule(&r)
	return marshal(r)
}

func (m *mask) rule(r *core.Rule) {
	if f, known := segment.Lookup(r.Field); r.Field != "" && (!known || f.Personal) && r.Value != "" {
		r.Value = "hidden-" + m.digest(r.Value)
	}
	for _, list := range [][]core.Rule{r.All, r.Any} {
		for i := range list {
			m.rule(&list[i])
		}
	}
	if r.Not != nil {
		m.rule(r.Not)
	}
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and our own types: cannot fail
	}
	return b
}
