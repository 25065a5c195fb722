package authserver

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	const evil = `<script>alert(1)</script>`
	for name, p := range map[string]page{
		"bad": badRequestPage, "trouble": troublePage, "over": overPage, "waiting": waitingPage(evil),
		"unknown": unknownPage(evil), "nobody": unknownPage(""), "mismatch": mismatchPage(evil, evil, []string{"https://a.example/" + evil}),
	} {
		w := httptest.NewRecorder()
		p.send(w, 418)
		body := w.Body.String()
		if w.Code != 418 || !strings.Contains(body, "<h1>"+p.Title+"</h1>") || !strings.HasSuffix(body, "</html>\n") || strings.Contains(body, "<script") || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
		if strings.Contains(body, "http-equiv") != (name == "waiting") || strings.Contains(body, "<dl>") != (name == "unknown" || name == "mismatch") {
			t.Errorf("%s: %s", name, body)
		}
		if h := w.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Frame-Options") != "DENY" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, h)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), styleHash()) || !strings.Contains(body, "<style>"+pageStyle+"</style>") {
			t.Errorf("%s: the style is not allowed by the policy", name)
		}
	}
}

func TestDiffering(t *testing.T) {
	for _, c := range []struct{ a, b, same, differs, rest string }{
		{"abc", "abc", "abc", "", ""}, {"abc/", "abc", "abc", "/", ""}, {"abc", "abc/", "abc", "", ""}, {"aXc", "aYc", "a", "X", "c"},
		{"", "abc", "", "", ""}, {"aa", "a", "a", "a", ""}, {"http://a:1/cb", "http://a:22/cb", "http://a:", "1", "/cb"}, {"äXö", "äö", "ä", "X", "ö"},
	} {
		if r := differing("x", c.a, c.b); r != (pageRow{"x", c.same, c.differs, c.rest}) {
			t.Errorf("%q, %q: %+v", c.a, c.b, r)
		}
	}
	p := mismatchPage("n8n", "https://b.example/cb2", []string{"https://a.example/", "https://b.example/cb"})
	if len(p.Rows) != 3 || p.Rows[0].Differs != "2" || p.Rows[2].Label != "Registered" {
		t.Errorf("%+v", p.Rows)
	}
}

// Of addresses that are equally close, the first is compared.
func TestMismatchTie(t *testing.T) {
	p := mismatchPage("n8n", "https://c.example/", []string{"https://a.example/y", "https://b.example/"})
	if p.Rows[0].Differs != "c.example/" {
		t.Errorf("%+v", p.Rows)
	}
}

func TestShow(t *testing.T) {
	for text, want := range map[string]string{"a b": "a b", "a\nb\x00": "a?b?", "a\u202eb": "a?b", "\xff": "?", strings.Repeat("ä", 201): strings.Repeat("ä", 200) + "…", strings.Repeat("ä", 200): strings.Repeat("ä", 200)} {
		if got := show(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestSeeOther(t *testing.T) {
	w := httptest.NewRecorder()
	seeOther(w, "https://a.example/?a=%2f&b=c d")
	if w.Code != 303 || w.Header().Get("Location") != "https://a.example/?a=%2f&b=c d" || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" || w.Body.Len() != 0 {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
