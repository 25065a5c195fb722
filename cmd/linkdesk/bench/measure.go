package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"time"

	"linkdesk/core"
)

// measureLoad is the first load, from an empty file to a complete one.
func measureLoad(ctx context.Context, t task, r *result) error {
	return measureAll(ctx, t, r, core.Incremental, core.Counts{Added: int64(t.Orders)})
}

// measureRepull reads everything again and looks for what was removed; nothing changed.
func measureRepull(ctx context.Context, t task, r *result) error {
	return measureAll(ctx, t, r, core.Full, core.Counts{Unchanged: int64(t.Orders)})
}

// measureAll reads all orders. What Linkdesk says that it did must be so.
func measureAll(ctx context.Context, t task, r *result, mode core.Mode, want core.Counts) error {
	e, err := openEngine(ctx, t)
	if err != nil {
		return err
	}
	var did core.Counts
	err = r.timed(func() (err error) {
		did, err = e.run(ctx, core.Orders, mode)
		return errors.Join(err, e.close(ctx))
	})
	if err != nil {
		return err
	}
	want.Read, want.Pages = int64(t.Orders), int64((t.Orders+pageSize-1)/pageSize)
	if did != want {
		return fmt.Errorf("the sync did %+v, not %+v", did, want)
	}
	r.Size, err = dataSize(e.path)
	return err
}

const recordsPerPage = 100

// measureIncremental asks for changes again and again; there are none. The first
// one also dials and compiles the mapping: it is no more than Linkdesk's start.
func measureIncremental(ctx context.Context, t task, r *result) (err error) {
	e, err := openEngine(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close(ctx)) }()
	for n := range 1 + t.Times {
		before, err := requests(ctx, t.Shop)
		if err != nil {
			return err
		}
		var one result
		var did core.Counts
		err = one.timed(func() (err error) { did, err = e.run(ctx, core.Orders, core.Incremental); return err })
		if err != nil {
			return err
		}
		if did.Added+did.Changed+did.Removed+did.Failed > 0 {
			return fmt.Errorf("there was nothing new, but the sync did %+v", did)
		}
		after, err := requests(ctx, t.Shop)
		if err != nil {
			return err
		}
		if n > 0 {
			r.Requests = append(r.Requests, float64(after-before))
			r.SyncCPU = append(r.SyncCPU, ms(one.CPU))
		}
	}
	return nil
}

// requests is how many lists the shop was asked for so far.
func requests(ctx context.Context, shop string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+shop+"/requests", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// measureRead asks for what the records screen asks for, after a sync of the
// customers, by whose e-mail address orders are found.
func measureRead(ctx context.Context, t task, r *result) (err error) {
	e, err := openEngine(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close(ctx)) }()
	if _, err := e.run(ctx, core.Customers, core.Incremental); err != nil {
		return err
	}
	page := core.RecordQuery{Sort: "placed_at", Descending: true}
	for range t.Times {
		if page.After, err = e.query(ctx, page, &r.Pages); err != nil {
			return err
		}
	}
	for n := range t.Times {
		k := n * t.Orders / t.Times
		if _, err := e.query(ctx, core.RecordQuery{Search: "#" + strconv.Itoa(100000+k), Sort: "placed_at"}, &r.Numbers); err != nil {
			return err
		}
		if _, err := e.query(ctx, core.RecordQuery{Search: email(k / ordersPerCustomer), Sort: "placed_at"}, &r.Emails); err != nil {
			return err
		}
	}
	return nil
}

// query reads a page of orders and notes how long that took, in ms.
func (e *engine) query(ctx context.Context, q core.RecordQuery, took *[]float64) (next string, err error) {
	q.Model, q.Limit = core.Orders, recordsPerPage
	began := time.Now()
	page, err := e.db.Records().Query(ctx, q)
	*took = append(*took, ms(time.Since(began)))
	if err == nil && len(page.Records) == 0 {
		err = fmt.Errorf("no orders for %+v", q)
	}
	return page.Next, err
}

// dataSize is the size of a data file with what is beside it.
func dataSize(path string) (size int64, err error) {
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(path + suffix)
		if errors.Is(err, fs.ErrNotExist) && suffix != "" {
			continue
		}
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
