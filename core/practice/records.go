package practice

import (
	"time"

	"linkdesk/core"
)

// The practice store's own records, in the nested shape of a real service; the
// manifest assets/services/practice.yaml maps them to Linkdesk's models.
// Amounts are decimal texts, times RFC 3339 in UTC.

// Stamps are the times that every record carries.
type Stamps struct {
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Money is an amount with its currency: {"amount": "19.90", "currency": "EUR"}.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Shop is one of the account's stores.
type Shop struct {
	ID       string            `json:"id"`
	Profile  ShopProfile       `json:"profile"`
	Domain   string            `json:"domain"`
	Locale   Locale            `json:"locale"`
	Contact  Contact           `json:"contact"`
	Settings map[string]string `json:"settings"`
	Stamps   Stamps            `json:"timestamps"`
}

// ShopProfile is how a shop calls itself.
type ShopProfile struct {
	Name      string `json:"name"`
	LegalName string `json:"legal_name"`
}

// Locale is where a shop sells.
type Locale struct {
	Country  string `json:"country"`
	Currency string `json:"currency"`
	Timezone string `json:"timezone"`
}

// Contact is how to reach someone.
type Contact struct {
	Email string `json:"email"`
	Phone string `json:"phone,omitempty"`
}

// Customer is a person or company that buys.
type Customer struct {
	ID        string       `json:"id"`
	StoreID   string       `json:"store_id"`
	Name      CustomerName `json:"name"`
	Company   string       `json:"company,omitempty"`
	Contact   Contact      `json:"contact"`
	Address   Address      `json:"address"`
	Labels    []string     `json:"labels"`
	Marketing Marketing    `json:"marketing"`
	Stamps    Stamps       `json:"timestamps"`
}

// CustomerName is a name in two parts.
type CustomerName struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

// Address is where a customer lives. Country is an ISO 3166 code.
type Address struct {
	City    string `json:"city"`
	Country string `json:"country"`
}

// Marketing says whether a customer wants news.
type Marketing struct {
	Subscribed bool `json:"subscribed"`
}

// Category is a place in the catalogue's tree; ParentID is null at the top.
type Category struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	ParentID *string `json:"parent_id"`
	Stamps   Stamps  `json:"timestamps"`
}

// CategoryRef is a category as it stands in a product.
type CategoryRef struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	ParentID *string `json:"parent_id"`
}

// Product is an article. State is published, hidden or retired. Categories
// hold the product's own category and those above it.
type Product struct {
	ID          string        `json:"id"`
	SKU         string        `json:"sku"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	State       string        `json:"state"`
	Brand       string        `json:"brand"`
	Link        string        `json:"link"`
	Images      []string      `json:"images"`
	Price       Money         `json:"price"`
	Inventory   Inventory     `json:"inventory"`
	Categories  []CategoryRef `json:"categories"`
	Variants    []Variant     `json:"variants"`
	Stamps      Stamps        `json:"timestamps"`
}

// Inventory is what is on the shelf.
type Inventory struct {
	OnHand int64 `json:"on_hand"`
}

// Variant is a form of a product; a product without forms has one called "Standard".
type Variant struct {
	ID        string    `json:"id"`
	SKU       string    `json:"sku"`
	Title     string    `json:"title"`
	Price     Money     `json:"price"`
	Inventory Inventory `json:"inventory"`
}

// Order is one sale. State is open, completed or cancelled.
// Total = Subtotal - Discount + Shipping + Tax, exactly.
type Order struct {
	ID        string     `json:"id"`
	Number    string     `json:"number"`
	StoreID   string     `json:"store_id"`
	BuyerID   string     `json:"buyer_id"`
	State     string     `json:"state"`
	Payment   Payment    `json:"payment"`
	Shipment  Shipment   `json:"shipment"`
	Total     Money      `json:"total"`
	Amounts   Amounts    `json:"amounts"`
	LineItems []LineItem `json:"line_items"`
	PlacedAt  time.Time  `json:"placed_at"`
	Stamps    Stamps     `json:"timestamps"`
}

// Payment is pending, paid, refunded or voided.
type Payment struct {
	State  string `json:"state"`
	Method string `json:"method"`
}

// Shipment is unfulfilled, shipped, delivered, returned or none.
type Shipment struct {
	State string `json:"state"`
}

// Amounts are the parts of an order's total, in its currency.
type Amounts struct {
	Subtotal string `json:"subtotal"`
	Discount string `json:"discount"`
	Shipping string `json:"shipping"`
	Tax      string `json:"tax"`
}

// LineItem is one position of an order.
type LineItem struct {
	ID        string `json:"id"`
	ProductID string `json:"product_id"`
	VariantID string `json:"variant_id"`
	SKU       string `json:"sku"`
	Title     string `json:"title"`
	Quantity  int    `json:"quantity"`
	UnitPrice string `json:"unit_price"`
}

// Segment is a group of customers. Type is dynamic (Conditions say who is in)
// or manual (the shop keeps the list).
type Segment struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Type        string     `json:"type"`
	Conditions  *core.Rule `json:"conditions"`
	MemberCount int        `json:"member_count"`
	Stamps      Stamps     `json:"timestamps"`
}
