package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	callers      = 8
	callsForEach = 100 // of task.Times
)

// measureCallers reads pages from a server in another process, eight at a time,
// each caller on a connection that it keeps.
func measureCallers(ctx context.Context, t task, r *result) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true}}
	defer client.CloseIdleConnections()
	total := int64(t.Times * callsForEach)
	took := make([]time.Duration, total)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	err := r.timed(func() error {
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for n := next.Add(1) - 1; n < total && failed.Load() == nil; n = next.Add(1) - 1 {
					began := time.Now()
					if err := readPage(ctx, client, t.Shop+t.Paths[int(n)%len(t.Paths)], t.Bearer); err != nil {
						failed.Store(&err)
					}
					took[n] = time.Since(began)
				}
			})
		}
		all.Wait()
		if err := failed.Load(); err != nil {
			return *err
		}
		return nil
	})
	slices.Sort(took)
	r.Calls, r.P99 = int(total), ms(took[len(took)*99/100])
	return err
}

func readPage(ctx context.Context, client *http.Client, address, bearer string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || n == 0) {
		err = fmt.Errorf("%s: %s, %d bytes", address, resp.Status, n)
	}
	return err
}
