package service

import "linkdesk/core"

// Manifest is everything Linkdesk knows about one service. Field names in a
// file are those of the yaml tags; an unknown key is an error. A value is only
// used after Load has checked it, so users of a Manifest need not check again.
//
// Templates (type Template) may hold {name}: an input, a captured value, or one
// of the built-in names listed at Builtins. Paths (type Path) are dotted:
// "paging.next.after", "items.0.id"; "$" is the whole document.
type Manifest struct {
	Version  int      `yaml:"manifest"` // always 1
	ID       string   `yaml:"id"`       // [a-z0-9-]+, stable, stored with each connection
	Name     string   `yaml:"name"`
	Category string   `yaml:"category"` // practice, commerce, marketing, crm, payments, accounting, website, marketplace
	Note     string   `yaml:"note"`     // one sentence under the name in the wizard
	Docs     string   `yaml:"docs"`     // https address
	Guide    string   `yaml:"guide"`    // how to get a Client ID at the service, short markdown, works offline
	Settings string   `yaml:"settings"` // page at the service where access can be withdrawn
	Hosts    []string `yaml:"hosts"`    // every host that may receive a token: "api.x.com", "*.api.x.com", "127.0.0.1:4010", "{practice}"

	Inputs   []Input               `yaml:"inputs"`
	Auth     []Auth                `yaml:"auth"` // first is the default
	Discover []Discover            `yaml:"discover"`
	API      API                   `yaml:"api"`
	Verify   Verify                `yaml:"verify"`
	Access   AccessRules           `yaml:"access"`
	Models   map[core.Model]*Model `yaml:"models"`

	Origin         string `yaml:"-"` // "built-in" or the file it came from
	PracticeOrigin string `yaml:"-"` // what {practice} stands for; set by the registry
}

// Template is a text with {names} that Expand fills in.
type Template string

// Path is a dotted path into a JSON document, "$" for all of it. A field may
// give several; the first that is there and not null is taken.
type Path string

// Builtins are the names that every template may use beside inputs and
// captured values: {practice} is the practice store's origin
// ("http://127.0.0.1:PORT", in hosts it stands for that host), {access_token}
// only in a header of a discover request, {since}, {since.unix}, {since.unix_ms},
// {since.rfc2822} and {now} in incremental parameters, {raw.X} (path X of the record's own
// JSON) and {id} in member and get requests, and, in a list with a parent, its
// `as` name for the parent's id and {parent.X} for path X of the parent's JSON.
var Builtins = []string{"practice", "access_token", "since", "since.unix", "since.unix_ms", "since.rfc2822", "now", "id"}

// Input is asked before the sign-in, such as the address of the shop.
type Input struct {
	ID      string `yaml:"id"`
	Label   string `yaml:"label"`
	Help    string `yaml:"help"`
	Pattern string `yaml:"pattern"` // regular expression for the whole value, required
	Example string `yaml:"example"`
	Suffix  string `yaml:"suffix"` // shown behind the field, not typed
	Secret  bool   `yaml:"secret"`
	When    string `yaml:"when"` // auth method it belongs to; empty: all
}

// Auth is one way of signing in.
type Auth struct {
	Method string `yaml:"method"` // oauth2 or api_key

	Client    Client        `yaml:"client"`
	Authorize Authorize     `yaml:"authorize"`
	Token     TokenCall     `yaml:"token"`
	PKCE      string        `yaml:"pkce"`   // required, supported, unknown: S256 is sent; unsupported: it is not
	Issuer    Template      `yaml:"issuer"` // when set, the callback must carry exactly this iss (RFC 9207)
	Redirect  Redirect      `yaml:"redirect"`
	Callback  Callback      `yaml:"callback"`
	Response  TokenResponse `yaml:"response"`
	Revoke    *Revoke       `yaml:"revoke"` // absent: the service has none

	Label  string            `yaml:"label"`  // api_key: what the service calls it
	Fields []Input           `yaml:"fields"` // api_key: what to type; the first secret one is the key
	Derive map[string]Derive `yaml:"derive"` // values cut out of what was typed
}

// Client says what registration of Linkdesk at the service is needed.
type Client struct {
	ID           string `yaml:"id"`       // "required" (the person brings it) or "fixed"
	FixedID      string `yaml:"fixed_id"` // public client id that comes with the manifest
	Secret       string `yaml:"secret"`   // required, optional, none
	SecretInCall bool   `yaml:"secret_in_api_calls"`
}

// Authorize is the address that the browser opens.
type Authorize struct {
	URL    Template            `yaml:"url"`
	Params map[string]Template `yaml:"params"`
	Scope  *ScopeParam         `yaml:"scope"` // absent: no scope parameter is sent
}

// ScopeParam says how scopes are written.
type ScopeParam struct {
	Param     string `yaml:"param"`
	Separator string `yaml:"separator"`
}

// TokenCall is the exchange of a code, and the refresh.
type TokenCall struct {
	URL     Template            `yaml:"url"`
	Auth    string              `yaml:"auth"` // header (Basic), body, none (public client)
	Body    string              `yaml:"body"` // form or json
	Params  map[string]Template `yaml:"params"`
	Refresh *RefreshCall        `yaml:"refresh"`
}

// RefreshCall says what differs when refreshing.
type RefreshCall struct {
	URL    Template            `yaml:"url"` // empty: the token address
	Params map[string]Template `yaml:"params"`
}

// Redirect says which return addresses the service accepts.
type Redirect struct {
	Kinds []string `yaml:"kinds"` // loopback_ip, loopback_localhost, https_relay; in order of preference
	Port  string   `yaml:"port"`  // any, or registered: the person registers one of Ports
	Ports []int    `yaml:"ports"` // tried in order when registered
	Path  string   `yaml:"path"`
}

// Callback says what comes back in the redirect.
type Callback struct {
	CodeParam string            `yaml:"code_param"` // default code
	Capture   map[string]string `yaml:"capture"`    // value name <- query parameter
}

// TokenResponse says where things stand in the token answer.
type TokenResponse struct {
	AccessToken    Path               `yaml:"access_token"`  // default access_token
	RefreshToken   Path               `yaml:"refresh_token"` // default refresh_token
	Scope          Path               `yaml:"scope"`         // default scope; a text split at spaces and commas, or a list
	Expires        Expires            `yaml:"expires"`
	RefreshExpires Expires            `yaml:"refresh_expires"`
	Rotates        string             `yaml:"rotates"` // yes, no, unknown
	Capture        map[string]Capture `yaml:"capture"`
}

// Expires says how long a token lives; the first that is given counts.
type Expires struct {
	In      Path   `yaml:"in"`      // seconds from now, number or text
	At      Path   `yaml:"at"`      // a time
	After   string `yaml:"after"`   // fixed, "90d", "30m"
	Rolling bool   `yaml:"rolling"` // each use starts it anew
	Never   bool   `yaml:"never"`
}

// Capture takes a value out of an answer. The pattern keeps a bad answer from
// choosing a host or a path.
type Capture struct {
	Path    Path   `yaml:"path"`
	Pattern string `yaml:"pattern"`
}

// Derive cuts a value out of what was typed.
type Derive struct {
	From  string `yaml:"from"`
	Regex string `yaml:"regex"` // first group
}

// Revoke is the call that gives a permission back (RFC 7009 or alike).
type Revoke struct {
	URL     Template            `yaml:"url"`
	Auth    string              `yaml:"auth"`
	Params  map[string]Template `yaml:"params"`  // {refresh_token}, {access_token}
	Revokes string              `yaml:"revokes"` // all, refresh, unknown
}

// Discover is a call between the sign-in and the first use.
type Discover struct {
	ID      string             `yaml:"id"`
	When    string             `yaml:"when"` // auth method; empty: always
	Request Request            `yaml:"request"`
	Capture map[string]Capture `yaml:"capture"`
}

// Request is one HTTP request. Either URL, or Path below the API's base.
type Request struct {
	Method  string              `yaml:"method"`
	URL     Template            `yaml:"url"`
	Path    Template            `yaml:"path"`
	Query   map[string]Template `yaml:"query"`
	Headers map[string]Template `yaml:"headers"`
	Body    any                 `yaml:"body"` // map, list or text with templates in its texts
}

// API says how the service is called.
type API struct {
	Base    Template            `yaml:"base"`
	Auth    HeaderAuth          `yaml:"auth"`
	Headers map[string]Template `yaml:"headers"`
	Body    string              `yaml:"body"`  // json, form, jsonapi
	Time    string              `yaml:"time"`  // iso8601, unix, unix_ms, rfc2822
	Money   string              `yaml:"money"` // decimal_string, number, minor_units
	Limits  Limits              `yaml:"limits"`
	Paging  Paging              `yaml:"paging"` // default of all models
}

// HeaderAuth is the header that carries the access token or key.
type HeaderAuth struct {
	Header string   `yaml:"header"`
	Value  Template `yaml:"value"` // "Bearer {access_token}"
}

// Limits keep Linkdesk below what the service allows.
type Limits struct {
	Window     *Window  `yaml:"window"`
	Search     *Window  `yaml:"search"` // of incremental searches, which then do not count in Window
	Concurrent int      `yaml:"concurrent"`
	Timeout    string   `yaml:"timeout"`     // of one request, "120s"
	Remaining  string   `yaml:"remaining"`   // header
	RetryAfter string   `yaml:"retry_after"` // header, "none" when the service sends none
	Throttled  []string `yaml:"throttled"`   // "429", "403_without_body", …
	Fastest    string   `yaml:"fastest"`     // shortest useful time between syncs, "1h"
}

// Window is a number of requests in a time.
type Window struct {
	Max int    `yaml:"max"`
	Per string `yaml:"per"`
}

// Verify is the smallest call that proves the account.
type Verify struct {
	Request Request       `yaml:"request"`
	Account AccountFields `yaml:"account"`
	Scopes  Path          `yaml:"scopes"` // where that answer lists what was granted; empty: nowhere
}

// AccountFields say where the account stands in the verify answer.
type AccountFields struct {
	ID    Paths `yaml:"id"`
	Name  Paths `yaml:"name"`
	Email Paths `yaml:"email"`
}

// Paths is one path or a list of them; the first that is there is taken.
type Paths []Path

// AccessRules say how finely the service lets access be chosen.
type AccessRules struct {
	Granularity      string   `yaml:"granularity"` // model, account, none
	EnforcedBy       string   `yaml:"enforced_by"` // service, account, app
	WriteImpliesRead bool     `yaml:"write_implies_read"`
	BaseScopes       []string `yaml:"base_scopes"`
	Note             string   `yaml:"note"` // shown at the permission review
}

// Model says how one data model is read (and later written).
type Model struct {
	Supported *bool            `yaml:"supported"` // nil: true
	Reason    string           `yaml:"reason"`    // why not
	Levels    []core.Access    `yaml:"levels"`
	Scopes    ModelScopes      `yaml:"scopes"`
	ScopeText ScopeText        `yaml:"scope_text"` // what the scopes mean, in words
	Parent    *Parent          `yaml:"parent"`
	List      List             `yaml:"list"`
	Get       *Request         `yaml:"get"`
	Members   *Members         `yaml:"members"`
	Fields    map[string]Field `yaml:"fields"` // canonical name <- field of the item
	Write     any              `yaml:"write"`  // kept for the outbox; not used yet
}

// ModelScopes are the scopes for reading and for writing.
type ModelScopes struct {
	Read  []string `yaml:"read"`
	Write []string `yaml:"write"`
}

// ScopeText says in words what is asked: "See your orders".
type ScopeText struct {
	Read  string `yaml:"read"`
	Write string `yaml:"write"`
}

// Parent makes a list run once for each item of another list.
type Parent struct {
	Model core.Model `yaml:"model"` // another model of this manifest, or
	List  *List      `yaml:"list"`  // a list of its own,
	ID    Path       `yaml:"id"`    // whose items have their id here (default id)
	As    string     `yaml:"as"`    // the name by which templates and fields ({parent.NAME}) see it
}

// List is a paged list call.
type List struct {
	Request     Request      `yaml:"request"`
	Items       Path         `yaml:"items"`  // where the array stands; "$": the body is the array
	Paging      *Paging      `yaml:"paging"` // nil: that of the API
	Incremental *Incremental `yaml:"incremental"`
	FullScan    *FullScan    `yaml:"full_scan"`
}

// Paging says how to get the next page.
type Paging struct {
	Kind        string `yaml:"kind"` // none, offset, page, cursor, last_id, link_header, link_body
	In          string `yaml:"in"`   // query or body
	OffsetParam string `yaml:"offset_param"`
	PageParam   string `yaml:"page_param"`
	Start       int    `yaml:"start"` // first page number
	Param       string `yaml:"param"` // cursor or last id
	Next        Path   `yaml:"next"`  // next cursor (cursor), next address (link_body)
	Rel         string `yaml:"rel"`   // link_header
	LimitParam  string `yaml:"limit_param"`
	Limit       int    `yaml:"limit"`
	Repeat      string `yaml:"repeat"` // all (default) or cursor_only
	Done        Done   `yaml:"done"`
}

// Done says how the last page is known; a page with fewer items than Limit
// ends the list where nothing else is given.
type Done struct {
	HasMore    Path `yaml:"has_more"`
	Total      Path `yaml:"total"`
	TotalPages Path `yaml:"total_pages"`
	ShortPage  bool `yaml:"short_page"`
}

// Incremental says how to ask for what changed.
type Incremental struct {
	Kind          string              `yaml:"kind"`    // none, query, header, body, search
	Param         string              `yaml:"param"`   // query parameter, header or dotted body path
	Format        string              `yaml:"format"`  // iso8601 (default), unix, unix_ms, rfc2822
	Value         Template            `yaml:"value"`   // default "{since}"; for filter grammars: greater-than(updated,{since})
	Overlap       string              `yaml:"overlap"` // asked again to be safe, default 5m
	FirstPageOnly bool                `yaml:"first_page_only"`
	Needs         map[string]Template `yaml:"needs"`
	Request       *Request            `yaml:"request"` // search: another call
	Items         Path                `yaml:"items"`
	Paging        *Paging             `yaml:"paging"`
	StopsAt       int                 `yaml:"stops_at"` // the search ends there; go on with the newest time seen
	Removed       Path                `yaml:"removed"`  // a true value there means that the record is gone
	Refetch       bool                `yaml:"refetch"`  // the answer tells less than the list: each record of it is read again by the model's Get
}

// FullScan says what a complete read is good for.
type FullScan struct {
	DetectDeletes bool   `yaml:"detect_deletes"`
	Every         string `yaml:"every"` // with incremental none: how often a scan is worth it
}

// Members lists who is in a segment.
type Members struct {
	Request Request `yaml:"request"`
	Items   Path    `yaml:"items"`
	Key     Path    `yaml:"key"` // of an item: the customer's remote id, or e-mail address
	Paging  *Paging `yaml:"paging"`
}

// Field maps one canonical field. In a file it may be just the path.
type Field struct {
	Path   Paths             `yaml:"path"`
	As     string            `yaml:"as"`     // text, integer, decimal, minor_units, boolean, iso8601, unix, unix_ms, rfc2822, list, json
	Prefix Template          `yaml:"prefix"` // put before the value
	Value  Template          `yaml:"value"`  // instead of a path: a fixed or composed text
	Map    map[string]string `yaml:"map"`    // value at the service -> canonical value
	Fields map[string]Field  `yaml:"fields"` // for lists of objects: lines, categories, variants
}

// IsSupported reports whether the service has the model at all.
func (m *Model) IsSupported() bool { return m != nil && (m.Supported == nil || *m.Supported) }
