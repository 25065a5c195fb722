package practice

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// The values of BadData.
const (
	BadRecords  = "records"  // some records lack their id, hold a wrong type, or are no record
	BadDocument = "document" // the list is not where it should be
)

// faulty lets the switches of the service strike before a request for data is answered.
func (s *Store) faulty(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests.API++
		s.mu.Unlock()
		if value, slow := s.strikes(SlowAnswers); slow {
			seconds, _ := strconv.Atoi(value) // checked by Set
			timer := time.NewTimer(time.Duration(seconds) * time.Second)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				panic(http.ErrAbortHandler) // break off: an empty answer would look like a good one
			}
		}
		if _, down := s.strikes(ServiceDown); down {
			apiError(w, http.StatusInternalServerError, "internal", "The practice store has a problem.")
			return
		}
		if seconds, limited := s.strikes(RateLimit); limited {
			w.Header().Set("Retry-After", seconds)
			apiError(w, http.StatusTooManyRequests, "too_many_requests", "Wait before the next request.")
			return
		}
		next(w, r)
	}
}

// send writes a list, as far as the switches of the data let it.
func (s *Store) send(w http.ResponseWriter, page listAnswer) {
	if _, empty := s.strikes(EmptyLists); empty {
		page = listAnswer{Data: []any{}}
	}
	var body any = page
	switch how, bad := s.strikes(BadData); {
	case bad && how == BadDocument:
		body = map[string]string{"data": "none today"}
	case bad:
		damage(page.Data)
		body = page
	}
	if _, cut := s.strikes(CutConnection); cut {
		text, err := json.Marshal(body)
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		hangUp(w, text[:len(text)/2], len(text))
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// damage spoils every seventh record, in three ways in turn.
func damage(records []any) {
	for n, i := 0, 3; i < len(records); n, i = n+1, i+7 {
		fields := map[string]any{}
		text, err := json.Marshal(records[i])
		if err != nil || json.Unmarshal(text, &fields) != nil {
			continue
		}
		switch n % 3 {
		case 0:
			delete(fields, "id")
			records[i] = fields
		case 1:
			fields["timestamps"] = "yesterday"
			records[i] = fields
		case 2:
			records[i] = "a record was here"
		}
	}
}
