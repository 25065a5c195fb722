package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
	"linkdesk/core/segment"
)

// Bounds of a list of members.
const (
	MostMembers   = 10_000 // in a segment
	mostMemberIDs = 500    // in a request
	mostShown     = 5      // ids that a refusal names
)

// MemberChange changes who is in a static segment.
type MemberChange struct {
	All    bool  // Add is the whole list
	Remove []Key // those that are not in it count as removed
	Add    []Key
}

// UnknownCustomers is returned for a MemberChange with customers who are not
// here. One that is gone at the service, and shown as removed, is here.
type UnknownCustomers []Key

func (u UnknownCustomers) Error() string { return strconv.Itoa(len(u)) + " customers are not here" }

// ErrTooManyMembers is returned for a list that would be longer than MostMembers.
var ErrTooManyMembers = errors.New("api: a segment with too many members")

// ErrNoList is returned for the customers of a service's segment whose list was
// not copied, or not to its end yet.
var ErrNoList = errors.New("api: a segment without a list")

// members answers with the customers in a segment: those on its list, or those
// who fit its rules, which go before; of its own connection, or of all when it was made here.
func (a *API) members(c *call) error {
	k, ok := parseID(c.r.PathValue("id"))
	if !ok {
		return errNotHere
	}
	s, err := a.segment(c, k)
	if err != nil {
		return err
	}
	q := Query{Source: Source(core.Customers), Rule: s.Rules}
	switch {
	case s.Kind == kindStatic && k.Connection == LinkdeskID:
		q.Segment = k
		return a.page(c, q)
	case k.Connection != LinkdeskID && (s.Rules == nil || segment.Check(*s.Rules) != nil):
		q = Query{Source: q.Source, Connection: k.Connection, Segment: k}
		if err := a.page(c, q); !errors.Is(err, ErrNoList) {
			return err
		}
		return refuse(http.StatusConflict, "The members of this segment are not copied. Its service does not tell them, or the next sync brings them.")
	case s.Rules == nil:
		return refuse(http.StatusConflict, "This segment has neither rules nor a list.")
	case segment.Check(*s.Rules) != nil:
		return refuse(http.StatusConflict, "Linkdesk cannot work out this segment: "+core.AsError(segment.Check(*s.Rules)).Public)
	}
	if k.Connection != LinkdeskID {
		q.Connection = k.Connection
	}
	return a.page(c, q)
}

// listed reads what a change says about members; nil when it says nothing.
func (c *call) listed(d segmentChange) (*MemberChange, error) {
	if d.Members == nil && d.Add == nil && d.Remove == nil {
		return nil, nil
	}
	if d.Members != nil && (d.Add != nil || d.Remove != nil) {
		return nil, badRequest("Send members, which is the whole list, or add_members and remove_members.")
	}
	add, m := d.Add, &MemberChange{All: d.Members != nil}
	if m.All {
		add = *d.Members
	}
	var err error
	if m.Add, err = c.customers(add); err != nil {
		return nil, err
	}
	m.Remove, err = c.customers(d.Remove)
	return m, err
}

// customers reads ids of customers. An id that is an e-mail address stays
// unknown to apps that may not see the address: a refusal of others would tell
// them that this one is there.
func (c *call) customers(ids []string) ([]Key, error) {
	if len(ids) > mostMemberIDs {
		return nil, badRequest("At most " + strconv.Itoa(mostMemberIDs) + " ids can be sent at once. Send the others with add_members.")
	}
	hides := c.mask
	if hides == nil && !slices.Contains(c.Scopes, core.CustomersRead) {
		hides = &mask{}
	}
	var keys []Key
	var unknown []string
	for _, id := range ids {
		k, ok := parseID(id)
		if !ok || hides.remoteID(k.RemoteID) != k.RemoteID {
			unknown = append(unknown, id)
			continue
		}
		keys = append(keys, k)
	}
	if unknown != nil {
		return nil, unknownCustomers(unknown)
	}
	return keys, nil
}

func unknownCustomers(ids []string) error {
	more := ""
	if n := len(ids) - mostShown; n > 0 {
		ids, more = ids[:mostShown], " and "+strconv.Itoa(n)+" more"
	}
	for i, id := range ids {
		ids[i] = "“" + printable(id) + "”"
	}
	return refuse(http.StatusUnprocessableEntity, "There is no customer here with the id "+strings.Join(ids, ", ")+more+". Take the ids from /v1/customers. Nothing was changed.")
}
