package core

// Model is one kind of data that a service holds and Linkdesk copies. On
// screen it is "Data model".
type Model string

// The five data models, in the order in which they are shown and synced: an
// order names its customer and its store, so those come first.
const (
	Stores    Model = "stores"
	Customers Model = "customers"
	Products  Model = "products"
	Orders    Model = "orders"
	Segments  Model = "segments"
)

var models = []Model{Stores, Customers, Orders, Products, Segments}

// Models returns all data models in the order in which they are shown.
func Models() []Model { return append([]Model(nil), models...) }

// ParseModel returns the model of that name, or an error of code CodeInvalid.
func ParseModel(name string) (Model, error) {
	for _, m := range models {
		if string(m) == name {
			return m, nil
		}
	}
	return "", Invalid("There is no data model called “" + name + "”. Use stores, customers, orders, products or segments.")
}

// Title returns the name shown to people: "Orders".
func (m Model) Title() string {
	switch m {
	case Stores:
		return "Stores"
	case Customers:
		return "Customers"
	case Products:
		return "Products"
	case Orders:
		return "Orders"
	case Segments:
		return "Segments"
	}
	return string(m)
}

// Holds says in words what the model contains.
func (m Model) Holds() string {
	switch m {
	case Stores:
		return "Store information and settings"
	case Customers:
		return "Customer profiles and analytics"
	case Products:
		return "Product catalog and categories"
	case Orders:
		return "Order data and history"
	case Segments:
		return "Customer segments and rules"
	}
	return ""
}
