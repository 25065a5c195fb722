package api

import (
	"context"
	"errors"
	"time"

	"linkdesk/core"
)

// Access is what a bearer token gives.
type Access struct {
	App          string
	Grant        string
	Scopes       []core.Scope
	HidePersonal bool
}

// ErrInvalidToken is what a Checker returns for anything that is not a good token.
var ErrInvalidToken = errors.New("api: not a valid access token")

// Checker tells what a bearer token gives. It returns ErrInvalidToken, an error
// of CodeRateLimited with Until, or an error of its store.
type Checker interface {
	Check(ctx context.Context, bearer string) (Access, error)
}

// Read is one line of the access ledger: a request of an app that was answered.
type Read struct {
	At     time.Time
	App    string
	Grant  string
	Method string
	Route  string // "/v1/orders/{id}", never with an id or a value
	Scope  core.Scope
	Filter string // "status=paid, updated_since=…": what was asked for, as shown to the person
	Status int
	Rows   int
	Bytes  int // of the body, as sent
}

// Ledger keeps what apps read.
type Ledger interface {
	Append(ctx context.Context, lines []Read) error
}

// Key names a record.
type Key struct {
	Connection core.ConnectionID
	RemoteID   string
}

// Item is a record as it is stored.
type Item struct {
	Key
	UpdatedAt time.Time // at the service; may be zero
	SyncedAt  time.Time // when this content was first seen here
	RemovedAt time.Time // zero: it is there
	Customer  string    // of an order: remote id; may be empty
	Doc       []byte    // canonical JSON object; valid only within the call
}

// Source names what a list is of: a data model, or Categories.
type Source string

// Categories are the places of the products' catalogues; the other sources are data models.
const Categories Source = "categories"

// Filter keeps the records whose field has the value.
type Filter struct{ Name, Value string }

// Query asks for a page of items.
type Query struct {
	Source         Source
	Connection     core.ConnectionID // "": all
	After          string            // what List returned for the page before; "" for the first
	Limit          int
	Since          time.Time // changed or removed here since; zero: all
	IncludeRemoved bool
	Filters        []Filter
	Rule           *core.Rule // of customers only: checked by segment.Check; nil: all
	Segment        Key        // of customers only: those on the list of a segment; zero: all
}

// State says how things stand with a source.
type State struct {
	Version string    // another one after each write
	AsOf    time.Time // the services were last asked then, or earlier for none of them; zero: never
}

// Records reads. Every method may be used while a sync writes.
type Records interface {
	// State returns the state of a source, and of those that its answers are computed
	// from. An unknown connection is CodeNotFound.
	State(ctx context.Context, c core.ConnectionID, of ...Source) (State, error)

	// List calls each for the items of a page, and returns where the next begins,
	// "" at the end. A page may hold fewer than Limit though there is a next.
	// CodeInvalid: After is not one of ours. ErrNoList: the segment has no list here.
	List(ctx context.Context, q Query, each func(Item) error) (next string, err error)

	// Get calls each once, also for a removed record, or returns CodeNotFound.
	Get(ctx context.Context, of Source, k Key, each func(Item) error) error

	// History and Analytics return what there is for orders and customers.
	History(ctx context.Context, orders []Key) (map[Key][]core.OrderChange, error)
	Analytics(ctx context.Context, customers []Key) (map[Key]core.CustomerAnalytics, error)
}

// LinkdeskID is what takes the place of a connection in segments made here.
const LinkdeskID core.ConnectionID = "linkdesk"

// Write is one creation or change of a segment.
type Write struct {
	App     string
	Idem    string   // the app's own key of the request; "": none
	Digest  [32]byte // of the request
	Segment string   // remote id; "": a new one
	Status  int      // of the answer

	Members *MemberChange // nil: they stay as they are

	// Change changes the segment and whether it is removed, or returns an error.
	Change func(s *core.Segment, removed *bool) error
	// Answer writes the answer's body for the segment as it was stored.
	Answer func(Item) []byte
}

// Answer is what is said to a Write, now and when it is sent again.
type Answer struct {
	Status int
	Body   []byte
	Again  bool // the request had been answered before; nothing was done now
}

// ErrKeyReused is returned for a request that differs from the one that had its key.
var ErrKeyReused = errors.New("api: the idempotency key belongs to another request")

// Segments keeps the segments that were made here. A write happens once for an
// app and key within a day, also when it comes twice at the same moment. What
// Change returns, UnknownCustomers and ErrTooManyMembers leave everything as it was.
type Segments interface {
	WriteSegment(ctx context.Context, w Write) (Answer, error)
}
