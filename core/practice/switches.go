package practice

import (
	"slices"
	"strconv"

	"linkdesk/core"
)

// Switch names a failure that the practice store can show on request.
type Switch string

// The switches, in the order of the desk.
const (
	DenySignIn     Switch = "deny_sign_in"
	SilentSignIn   Switch = "silent_sign_in"
	WrongAccount   Switch = "wrong_account"
	PartialGrant   Switch = "partial_grant"
	RefuseClient   Switch = "refuse_client"
	ShortLife      Switch = "short_life"
	RefuseRefresh  Switch = "refuse_refresh"
	ReplayGrace    Switch = "replay_grace"
	TokenDown      Switch = "token_down"
	LoseReply      Switch = "lose_reply"
	OddToken       Switch = "odd_token"
	ServiceDown    Switch = "service_down"
	RateLimit      Switch = "rate_limit"
	CutConnection  Switch = "cut_connection"
	SlowAnswers    Switch = "slow_answers"
	LostPermission Switch = "lost_permission"
	BadData        Switch = "bad_data"
	EmptyLists     Switch = "empty_lists"
)

// Setting is the state of a switch. After lets so many occasions pass first;
// Times turns the switch off after so many failures, 0 leaves it on.
type Setting struct {
	On    bool   `json:"on"`
	Value string `json:"value,omitempty"` // see SwitchInfo.Unit and Options; empty: its default
	Times int    `json:"times,omitempty"`
	After int    `json:"after,omitempty"`
}

// Option is one value of a switch.
type Option struct{ Value, Title string }

// SwitchInfo is what a person reads about a switch.
type SwitchInfo struct {
	Switch  Switch
	Group   string
	Title   string
	Explain string
	Unit    string   // "seconds": Value is a number from 1 to 3600
	Options []Option // else Value is one of these, if there are any
	Default string
}

// The odd token answers, values of OddToken. Each is a real answer of a real service.
const (
	OddExpiresText  = "expires_text"  // expires_in is "3600"
	OddExpiresFloat = "expires_float" // expires_in is 3600.0
	OddExpiresEmpty = "expires_empty" // expires_in is ""
	OddExpiresZero  = "expires_zero"  // expires_in is 0
	OddExpiresNone  = "expires_none"  // no expires_in
	OddTextPlain    = "text_plain"    // JSON sent as text/plain
	OddBOM          = "bom"           // a byte order mark before the JSON
	OddForm         = "form"          // form-encoded instead of JSON
	OddNested       = "nested"        // everything below "data"
	OddErrorObject  = "error_object"  // success status, but an error object in it; nothing is rotated
	OddNoScope      = "no_scope"      // no scope
	OddNoRefresh    = "no_refresh"    // no refresh token: the one the client has stays good
)

var oddOptions = []Option{
	{OddExpiresText, "Life time as text"}, {OddExpiresFloat, "Life time with a decimal point"}, {OddExpiresEmpty, "Life time empty"},
	{OddExpiresZero, "Life time zero"}, {OddExpiresNone, "No life time"}, {OddTextPlain, "Sent as plain text"}, {OddBOM, "Invisible mark in front"},
	{OddForm, "Written as a form"}, {OddNested, "Packed one level deeper"}, {OddErrorObject, "An error that looks like success"},
	{OddNoScope, "Permissions not listed"}, {OddNoRefresh, "No new refresh token"},
}

const (
	groupSignIn  = "Sign-in"
	groupTokens  = "Staying signed in"
	groupService = "The service"
	groupData    = "The data"
)

var switches = []SwitchInfo{
	{DenySignIn, groupSignIn, "Refuse the sign-in", "Whatever you press on the sign-in page, the store says that you did not allow access.", "", nil, ""},
	{SilentSignIn, groupSignIn, "Never answer the sign-in", "The sign-in page does not send you back, so Linkdesk waits until its time is over.", "", nil, ""},
	{WrongAccount, groupSignIn, "Sign in as someone else", "The store signs you in as Ben, whoever you choose.", "", nil, ""},
	{PartialGrant, groupSignIn, "Give fewer permissions", "The last permission on the list is left out, although it was allowed.", "", nil, ""},
	{RefuseClient, groupSignIn, "Reject the app", "The store does not accept the ID of the app.", "", nil, ""},
	{ShortLife, groupTokens, "Short access", "New access ends after this time instead of an hour, so that renewing can be watched.", "seconds", nil, "120"},
	{RefuseRefresh, groupTokens, "Refuse to renew access", "When access ends, the store wants you to sign in again.", "", nil, ""},
	{ReplayGrace, groupTokens, "Forgive one repeated renewal", "Within a minute, the same renewal may be asked for a second time. Off: the store withdraws access.", "", nil, ""},
	{TokenDown, groupTokens, "Sign-in service is down", "Signing in and renewing fail; the data can still be read.", "", nil, ""},
	{LoseReply, groupTokens, "Lose the answer to a renewal", "Access is renewed, but the connection breaks before the answer arrives.", "", nil, ""},
	{OddToken, groupTokens, "Odd answers to a sign-in", "The store answers sign-ins and renewals as some real services do.", "", oddOptions, OddExpiresText},
	{ServiceDown, groupService, "The service is down", "Every request for data fails.", "", nil, ""},
	{RateLimit, groupService, "Too many requests", "The store asks to wait this long before each next try.", "seconds", nil, "30"},
	{CutConnection, groupService, "Break the connection", "Answers stop in the middle.", "", nil, ""},
	{SlowAnswers, groupService, "Slow answers", "Every request for data takes this long.", "seconds", nil, "5"},
	{LostPermission, groupData, "Withdraw one permission", "The store no longer gives this kind of data, although it was allowed.", "", modelOptions(), string(core.Orders)},
	{BadData, groupData, "Damaged data", "Answers are not what the store promised.", "", []Option{{BadRecords, "Some records are wrong"}, {BadDocument, "The list is missing"}}, BadRecords},
	{EmptyLists, groupData, "Empty lists", "The store says that it holds nothing at all.", "", nil, ""},
}

func modelOptions() []Option {
	var list []Option
	for _, m := range core.Models() {
		list = append(list, Option{string(m), m.Title()})
	}
	return list
}

// Switches returns all switches with their words, in the order of the desk.
func Switches() []SwitchInfo { return slices.Clone(switches) }

func infoOf(name Switch) (SwitchInfo, bool) {
	i := slices.IndexFunc(switches, func(s SwitchInfo) bool { return s.Switch == name })
	if i < 0 {
		return SwitchInfo{}, false
	}
	return switches[i], true
}

// allows reports whether a switch can have a value.
func (i SwitchInfo) allows(value string) bool {
	if i.Unit != "" {
		n, err := strconv.Atoi(value)
		return err == nil && n >= 1 && n <= 3600
	}
	return value == i.Default || slices.ContainsFunc(i.Options, func(o Option) bool { return o.Value == value })
}

// Set turns a switch. It is kept over a restart.
func (s *Store) Set(name Switch, to Setting) error {
	info, ok := infoOf(name)
	if !ok {
		return core.Invalid("The practice store has no switch called “" + string(name) + "”.")
	}
	if to.Value == "" {
		to.Value = info.Default
	}
	if !info.allows(to.Value) || to.Times < 0 || to.After < 0 {
		return core.Invalid("“" + info.Title + "” cannot be set to “" + to.Value + "”.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Switches[name] = to
	return s.save()
}

// Setting returns the state of a switch.
func (s *Store) Setting(name Switch) Setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.state.Switches[name]
	if info, ok := infoOf(name); ok && to.Value == "" {
		to.Value = info.Default
	}
	return to
}

// AllOff turns every switch off.
func (s *Store) AllOff() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.state.Switches)
	return s.save()
}

// strikes reports whether a switch is due to fail now, and counts it.
func (s *Store) strikes(name Switch) (value string, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strikesLocked(name)
}

func (s *Store) strikesLocked(name Switch) (value string, due bool) {
	to := s.state.Switches[name]
	if !to.On {
		return "", false
	}
	due = to.After == 0
	switch {
	case !due:
		to.After--
	case to.Times == 1:
		to.On, to.Times = false, 0
	case to.Times > 1:
		to.Times--
	default:
		return to.Value, true
	}
	s.state.Switches[name] = to
	s.trySave()
	return to.Value, due
}
