package practice

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
)

// The forms of the desk:
//
//	POST /desk/switch   switch, on = yes | no, value, times     or all = off
//	POST /desk/access   do = expire | withdraw, grant (empty: every one)
//	POST /desk/order    do = status | add | delete, id, status

// orderStatuses are the states that the desk can give an order, as one word
// for the three fields that a real store keeps.
var orderStatuses = []struct {
	Name, Title              string
	state, payment, shipment string
}{
	{"new", "New", "open", "pending", "unfulfilled"},
	{"paid", "Paid", "open", "paid", "unfulfilled"},
	{"shipped", "Shipped", "open", "paid", "shipped"},
	{"delivered", "Delivered", "completed", "paid", "delivered"},
	{"returned", "Returned", "completed", "refunded", "returned"},
	{"cancelled", "Cancelled", "cancelled", "voided", "none"},
}

// notices are what the desk can say after a button was pressed; nothing of a
// request is ever shown.
var notices = map[string]string{
	"switched": "Done. Try it in Linkdesk now.",
	"off":      "Everything works normally again.",
	"wrong":    "That value cannot be used. Nothing was changed.",
	"expired":  "Access has ended. Linkdesk renews it by itself at its next request.",
	"revoked":  "Access was withdrawn. Linkdesk will ask you to sign in again.",
	"status":   "The order was changed. Sync in Linkdesk to see it there.",
	"added":    "An order was added. Sync in Linkdesk to see it there.",
	"deleted":  "The order was deleted. Sync in Linkdesk to see it gone.",
	"gone":     "That record is no longer there. Nothing was changed.",
	"unsaved":  "That could not be saved. Free some disk space and try again.",
}

type deskSwitch struct {
	SwitchInfo
	Setting
}

type deskGroup struct {
	Title    string
	Switches []deskSwitch
}

type deskOrder struct {
	ID, Number, Customer, Placed, Total, Status string
}

type deskGrant struct{ ID, Owner, Since, Given string }

type deskData struct {
	Notice   string
	AnyOn    bool
	Groups   []deskGroup
	Grants   []deskGrant
	Orders   []deskOrder
	Statuses []struct{ Name, Title string }
	Counts   string
}

// desk is the start page: what would you like to try?
func (s *Store) desk(w http.ResponseWriter, r *http.Request) {
	d := deskData{Notice: notices[r.URL.Query().Get("done")]}
	for _, info := range switches {
		if len(d.Groups) == 0 || d.Groups[len(d.Groups)-1].Title != info.Group {
			d.Groups = append(d.Groups, deskGroup{Title: info.Group})
		}
		g := &d.Groups[len(d.Groups)-1]
		to := s.Setting(info.Switch)
		d.AnyOn = d.AnyOn || to.On
		g.Switches = append(g.Switches, deskSwitch{info, to})
	}
	for _, g := range s.Grants() {
		d.Grants = append(d.Grants, deskGrant{g.ID, g.Owner, g.Created.Local().Format("2 Jan, 15:04"), wordsOf(g.Scopes)})
	}
	for _, o := range orderStatuses {
		d.Statuses = append(d.Statuses, struct{ Name, Title string }{o.Name, o.Title})
	}
	var counts []string
	for _, m := range core.Models() {
		counts = append(counts, thousands(s.Counts()[m])+" "+strings.ToLower(m.Title()))
	}
	d.Counts = strings.Join(counts, " · ")
	d.Orders = s.recentOrders(12)
	s.render(w, http.StatusOK, "desk.html", d, nil)
}

// wordsOf says what was given: "Stores, Customers (see and change)".
func wordsOf(names []string) string {
	var list []string
	for _, m := range core.Models() {
		see, change := slices.Contains(names, string(m)+":read"), slices.Contains(names, string(m)+":write")
		switch {
		case see && change:
			list = append(list, m.Title()+" (see and change)")
		case change:
			list = append(list, m.Title()+" (change)")
		case see:
			list = append(list, m.Title())
		}
	}
	return strings.Join(list, ", ")
}

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return strconv.Itoa(n/1000) + "," + strconv.Itoa(1000 + n%1000)[1:]
}

// recentOrders returns the orders that were placed last.
func (s *Store) recentOrders(n int) []deskOrder {
	s.mu.Lock()
	defer s.mu.Unlock()
	orders := bodies[*Order](s.data[ada].of(core.Orders))
	slices.SortFunc(orders, func(a, b *Order) int { return b.PlacedAt.Compare(a.PlacedAt) })
	var list []deskOrder
	for _, o := range orders[:min(n, len(orders))] {
		row := deskOrder{ID: o.ID, Number: o.Number, Placed: o.PlacedAt.Format("2 Jan, 15:04"), Total: o.Total.Amount + " " + o.Total.Currency}
		if r, ok := s.data[ada].of(core.Customers).find(o.BuyerID); ok && !r.deleted {
			c := r.body.(*Customer)
			row.Customer = c.Name.First + " " + c.Name.Last
		}
		for _, st := range orderStatuses {
			if st.state == o.State && st.payment == o.Payment.State && st.shipment == o.Shipment.State {
				row.Status = st.Name
			}
		}
		list = append(list, row)
	}
	return list
}

func back(w http.ResponseWriter, r *http.Request, notice, place string) {
	http.Redirect(w, r, "/?done="+url.QueryEscape(notice)+"#"+place, http.StatusSeeOther)
}

// noticeOf returns the notice for the outcome of an action.
func noticeOf(err error, done string) string {
	switch core.CodeOf(err) {
	case "":
		return done
	case core.CodeNotFound:
		return "gone"
	case core.CodeInvalid:
		return "wrong"
	}
	return "unsaved"
}

func (s *Store) deskSwitch(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("all") == "off" {
		back(w, r, noticeOf(s.AllOff(), "off"), "try")
		return
	}
	times, err := strconv.Atoi("0" + r.PostFormValue("times"))
	if err != nil {
		back(w, r, "wrong", "try")
		return
	}
	to := Setting{On: r.PostFormValue("on") == "yes", Value: strings.TrimSpace(r.PostFormValue("value")), Times: times}
	back(w, r, noticeOf(s.Set(Switch(r.PostFormValue("switch")), to), "switched"), "try")
}

func (s *Store) deskAccess(w http.ResponseWriter, r *http.Request) {
	switch r.PostFormValue("do") {
	case "expire":
		back(w, r, noticeOf(s.ExpireAccess(), "expired"), "access")
	case "withdraw":
		back(w, r, noticeOf(s.Revoke(r.PostFormValue("grant")), "revoked"), "access")
	default:
		back(w, r, "wrong", "access")
	}
}

func (s *Store) deskOrder(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("id")
	switch r.PostFormValue("do") {
	case "add":
		_, err := s.AddOrder()
		back(w, r, noticeOf(err, "added"), "orders")
	case "delete":
		back(w, r, noticeOf(s.RemoveOrder(id), "deleted"), "orders")
	case "status":
		back(w, r, noticeOf(s.setStatus(id, r.PostFormValue("status")), "status"), "orders")
	default:
		back(w, r, "wrong", "orders")
	}
}

func (s *Store) setStatus(id, name string) error {
	for _, st := range orderStatuses {
		if st.Name == name {
			return s.EditOrder(id, func(o *Order) { o.State, o.Payment.State, o.Shipment.State = st.state, st.payment, st.shipment })
		}
	}
	return core.Invalid("There is no status “" + name + "”.")
}
