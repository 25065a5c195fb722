package core

import "time"

// Record is one item of a data model as it was read from a service.
type Record struct {
	Connection ConnectionID
	RemoteID   string    // the service's own id; unique within connection and model
	UpdatedAt  time.Time // at the service, UTC; zero when the service does not say
	SyncedAt   time.Time // when this content was first seen here
	RemovedAt  time.Time // when a complete read no longer found it; zero: it is there
	Removed    bool      // the service itself said that it is gone
	Data       Data
	Raw        []byte // the service's own JSON, kept only where the person switched that on
	Members    string // of a segment: where the list of who is in it is read, opaque; "": there is none, or its rules tell
}

// Data is the content of a record: *Store, *Customer, *Product, *Order or *Segment.
type Data interface{ Model() Model }

// Money is an amount as a decimal string, such as "19.90", never a float. Its
// currency stands beside it as an ISO 4217 code.
type Money string

// Store is a shop, site or location.
type Store struct {
	Name     string            `json:"name"`
	URL      string            `json:"url,omitempty"`
	Currency string            `json:"currency,omitempty"`
	Timezone string            `json:"timezone,omitempty"`
	Country  string            `json:"country,omitempty"`
	Email    string            `json:"email,omitempty"`
	Platform string            `json:"platform,omitempty"`
	Settings map[string]string `json:"settings,omitempty"`
}

// Customer is a person or company that buys. Its analytics are computed from the orders here.
type Customer struct {
	Email            string    `json:"email,omitempty"`
	Phone            string    `json:"phone,omitempty"`
	FirstName        string    `json:"first_name,omitempty"`
	LastName         string    `json:"last_name,omitempty"`
	Company          string    `json:"company,omitempty"`
	Country          string    `json:"country,omitempty"`
	City             string    `json:"city,omitempty"`
	Tags             []string  `json:"tags,omitempty"`
	AcceptsMarketing *bool     `json:"accepts_marketing,omitempty"`
	CreatedAt        time.Time `json:"created_at,omitzero"`
}

// Order is one sale. Customer and Store are remote ids of the same connection.
type Order struct {
	Number            string    `json:"number,omitempty"`
	Customer          string    `json:"customer,omitempty"`
	Store             string    `json:"store,omitempty"`
	Status            string    `json:"status,omitempty"`
	PaymentStatus     string    `json:"payment_status,omitempty"`
	FulfillmentStatus string    `json:"fulfillment_status,omitempty"`
	Currency          string    `json:"currency,omitempty"`
	Total             Money     `json:"total,omitempty"`
	Subtotal          Money     `json:"subtotal,omitempty"`
	Tax               Money     `json:"tax,omitempty"`
	Shipping          Money     `json:"shipping,omitempty"`
	Discount          Money     `json:"discount,omitempty"`
	PlacedAt          time.Time `json:"placed_at,omitzero"`
	Lines             []Line    `json:"lines,omitempty"`
}

// Line is one position of an order.
type Line struct {
	ID       string `json:"id,omitempty"`
	Product  string `json:"product,omitempty"` // remote id
	Variant  string `json:"variant,omitempty"` // remote id
	SKU      string `json:"sku,omitempty"`
	Title    string `json:"title,omitempty"`
	Quantity string `json:"quantity,omitempty"` // decimal: some shops sell by weight
	Price    Money  `json:"price,omitempty"`    // of one, in the order's currency
}

// OrderChange is one status change of an order that a sync saw.
type OrderChange struct {
	SeenAt time.Time // when the sync saw it
	Field  string    // status, payment_status or fulfillment_status
	From   string
	To     string
}

// Product is an article of the catalogue.
type Product struct {
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	SKU         string     `json:"sku,omitempty"`
	Status      string     `json:"status,omitempty"`
	Vendor      string     `json:"vendor,omitempty"`
	URL         string     `json:"url,omitempty"`
	ImageURL    string     `json:"image_url,omitempty"`
	Price       Money      `json:"price,omitempty"`
	Currency    string     `json:"currency,omitempty"`
	Stock       *int64     `json:"stock,omitempty"`
	Categories  []Category `json:"categories,omitempty"`
	Variants    []Variant  `json:"variants,omitempty"`
}

// Category is a place in the catalogue's tree. Parent is a category id, empty at the top.
type Category struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Parent string `json:"parent,omitempty"`
}

// Variant is a size, colour or other form of a product.
type Variant struct {
	ID    string `json:"id,omitempty"`
	SKU   string `json:"sku,omitempty"`
	Title string `json:"title,omitempty"`
	Price Money  `json:"price,omitempty"`
	Stock *int64 `json:"stock,omitempty"`
}

// Segment is a group of customers, fixed or by rules.
type Segment struct {
	Name   string `json:"name"`
	Kind   string `json:"kind,omitempty"`  // "static" or "rules"
	Rules  *Rule  `json:"rules,omitempty"` // nil for a static segment, or when the service does not tell
	Size   *int64 `json:"size,omitempty"`
	Origin string `json:"origin,omitempty"` // service id, or "linkdesk"
}

// Rule is a node of a segment's rules: exactly one of All, Any, Not or Field is set.
type Rule struct {
	All   []Rule `json:"all,omitempty"`
	Any   []Rule `json:"any,omitempty"`
	Not   *Rule  `json:"not,omitempty"`
	Field string `json:"field,omitempty"` // a customer or analytics field
	Op    string `json:"op,omitempty"`    // eq ne gt gte lt lte contains before after is_set
	Value string `json:"value,omitempty"`
}

// Model names the data model of a Store.
func (*Store) Model() Model { return Stores }

// Model names the data model of a Customer.
func (*Customer) Model() Model { return Customers }

// Model names the data model of an Order.
func (*Order) Model() Model { return Orders }

// Model names the data model of a Product.
func (*Product) Model() Model { return Products }

// Model names the data model of a Segment.
func (*Segment) Model() Model { return Segments }

// NewData returns an empty value of a model, or nil for an unknown model.
func NewData(m Model) Data {
	switch m {
	case Stores:
		return &Store{}
	case Customers:
		return &Customer{}
	case Orders:
		return &Order{}
	case Products:
		return &Product{}
	case Segments:
		return &Segment{}
	}
	return nil
}
