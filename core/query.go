package core

import "time"

// RecordQuery asks for records of one data model, a page at a time.
type RecordQuery struct {
	Model          Model
	Connection     ConnectionID // "": all
	Search         string       // words that must all occur in the model's searched fields
	Sort           string       // "updated_at" (default), or a sorted column: number, placed_at, total, name, email, title, sku, size
	Descending     bool
	IncludeRemoved bool
	After          string // RecordPage.Next of the page before; "" for the first
	Limit          int    // 1-1000, default 100
}

// RecordPage is one page of records.
type RecordPage struct {
	Records []Record
	Next    string // "" when there are no more
	Total   int64  // of all pages; -1 when it was not counted
}

// CustomerAnalytics is computed from the orders that were copied.
type CustomerAnalytics struct {
	OrdersCount  int64
	TotalSpent   map[string]Money // by currency; cancelled and refunded orders are left out
	AverageOrder map[string]Money
	FirstOrderAt time.Time
	LastOrderAt  time.Time
}
