package authserver

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whatever is sent: no panic, no value of a name that came twice, and nothing
// that the standard library does not see as well.
func FuzzParameters(f *testing.F) {
	for _, text := range []string{"", "a=b", "a=b&a=c", "a=&a=", "a", "=x", "a=%zz", "a;b", "a=b&&c=%00", "a+b=c+d", strings.Repeat("a=b&", 50)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, repeated, err := parameters(text)
		all, wrong := url.ParseQuery(text)
		if (err != nil) != (wrong != nil) {
			t.Fatalf("%v, %v", err, wrong)
		}
		for name, v := range values {
			if len(all[name]) != 1 || all.Get(name) != v || v == "" {
				t.Errorf("%q = %q of %q", name, v, all[name])
			}
		}
		for _, name := range repeated {
			if len(all[name]) < 2 || values[name] != "" {
				t.Errorf("%q repeated in %q", name, all[name])
			}
		}
		r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(text))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if form, refused := readForm(httptest.NewRecorder(), r); (refused == nil) != (err == nil && len(repeated) == 0) {
			t.Errorf("%v %v", form, refused)
		}
	})
}

func TestAnswersAreNotKept(t *testing.T) {
	w := httptest.NewRecorder()
	sendJSON(w, 200, []byte("{}"))
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Pragma") != "no-cache" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "application/json" {
		t.Errorf("%v", h)
	}
}

func TestBodyOf64KiB(t *testing.T) {
	for size, fits := range map[int]bool{65536: true, 65537: false} {
		r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader("a="+strings.Repeat("x", size-2)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form, refused := readForm(httptest.NewRecorder(), r)
		if (refused == nil) != fits || fits && len(form["a"]) != size-2 || !fits && refused.status != 413 {
			t.Errorf("%d bytes: %+v", size, refused)
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "1", time.Nanosecond: "1", time.Millisecond: "1", 1500 * time.Millisecond: "2", time.Minute: "60"} {
		if got := seconds(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestSealedAnswer(t *testing.T) {
	sealed, err := sealAnswer("key", []byte("answer"))
	if err != nil || strings.Contains(string(sealed), "answer") {
		t.Fatalf("%q %v", sealed, err)
	}
	if plain, err := openAnswer("key", sealed); err != nil || string(plain) != "answer" {
		t.Errorf("%q %v", plain, err)
	}
	for _, key := range []string{"", "Key", "key "} {
		if plain, err := openAnswer(key, sealed); err == nil {
			t.Errorf("%q opened it: %q", key, plain)
		}
	}
	sealed[len(sealed)-1]++
	if _, err := openAnswer("key", sealed); err == nil {
		t.Error("a changed answer was opened")
	}
}
