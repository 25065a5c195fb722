package desktop

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linkdesk/core"
)

type holder struct{ text string }

func (h holder) LogValue() slog.Value { return slog.GroupValue(slog.String("inner", h.text)) }

type plain struct {
	Name  string
	Value string `json:"value"`
}

// A remembered value never reaches the log, whichever way it takes.
func TestRememberedValues(t *testing.T) {
	for _, canary := range []string{"canary-0123456789", `can"ary\with/odd+chars <&> ü`, "canary%20=="} {
		var file, stderr bytes.Buffer
		r := &Redactor{}
		r.Remember(core.NewSecret(canary))
		log := NewLogger(r, slog.LevelDebug, &file, &stderr)
		err := errors.New("the service said " + canary)
		log.Info("message " + canary)
		log.Debug("attr", "x", canary, canary, "as name")
		log.Info("group", slog.Group("g", slog.Group("h", "x", canary)))
		log.With("with", canary).WithGroup(canary).Info("with", "x", 1)
		log.Error("error", "err", err, "wrapped", fmt.Errorf("sync: %w", err), "core", core.E(core.CodeInternal, "", err))
		log.Info("valuer", "x", holder{canary})
		log.Info("struct", "x", plain{"n", canary}, "ptr", &plain{"n", canary}, "v", fmt.Sprintf("%v %+v %#v", plain{"n", canary}, plain{"n", canary}, plain{"n", canary}))
		log.Info("containers", "slice", []string{canary}, "map", map[string]string{canary: canary}, "bytes", []byte(canary))
		log.Info("encoded", "q", url.QueryEscape(canary), "b", base64.StdEncoding.EncodeToString([]byte(canary)), "x", fmt.Sprintf("%x", canary))
		asJSON, _ := json.Marshal(map[string]string{"x": canary})
		log.Info("json in a message: "+string(asJSON), "body", string(asJSON))
		for name, said := range map[string]string{"file": file.String(), "stderr": stderr.String()} {
			if strings.Contains(said, "canary") || strings.Contains(said, canary) || strings.Contains(said, "arywith") {
				t.Errorf("%q is in %s:\n%s", canary, name, said)
			}
			if n := strings.Count(said, "\n"); n != 10 {
				t.Errorf("%s has %d lines, want 10", name, n)
			}
		}
		for line := range strings.Lines(file.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("no JSON any more: %s", line)
			}
		}
	}
}

// What has a secret's name or form is blanked without having been remembered.
func TestNamesAndForms(t *testing.T) {
	var file bytes.Buffer
	log := NewLogger(&Redactor{}, slog.LevelInfo, &file, nil)
	type tokens struct {
		AccessToken string `json:"access_token"`
		Secret      string
	}
	for _, name := range []string{"token", "access_token", "refreshToken", "code", "state", "code_verifier", "client_secret", "password",
		"passphrase", "Authorization", "key", "api_key", "Cookie"} {
		log.Info("name", name, "CANARY")
		log.Info("name", name, []byte("CANARY"))
		log.Info("name", slog.Group(name, "x", "CANARY"))
		log.Info(name + "=CANARY&x=1")
		log.Info(`answer {"` + name + `": "CANARY"}`)
	}
	log.Info("struct", "x", tokens{"CANARY", "CANARY"}, "v", fmt.Sprintf("%+v", tokens{"CANARY", "CANARY"}))
	log.Info("secret", "x", core.NewSecret("CANARY"), "v", fmt.Sprintf("%#v", core.NewSecret("CANARY")))
	log.Info("header Authorization: Bearer CANARY-CANARY", "h", "bearer CANARY.CANARY")
	log.Info("GET https://shop.example/callback?code=CANARY&state=CANARY#CANARY failed")
	log.Info("GET https://shop.example/x?CANARY")
	log.Info("GET /callback?session=CANARY HTTP/1.1", "url", "linkdesk://cb#CANARY")
	log.Info("proxy", "url", "http://ann:CANARY@proxy.example:3128/")
	if strings.Contains(file.String(), "CANARY") {
		for line := range strings.Lines(file.String()) {
			if strings.Contains(line, "CANARY") {
				t.Errorf("said: %s", line)
			}
		}
	}
	for line := range strings.Lines(file.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON any more: %s", line)
		}
	}
}

// What helps to find a fault stays readable.
func TestOrdinaryLinesStay(t *testing.T) {
	r := &Redactor{}
	r.Remember(core.NewSecret("short")) // too short: it would blank ordinary words
	for _, line := range []string{
		`{"time":"2026-11-23T05:20:11Z","level":"INFO","msg":"run ended","run":"run_0011223344556677","added":12}`,
		"keyring_unavailable: failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'",
		"GET https://shop.example/v1/orders answered 503 in 1.2s", "a short story", "dial tcp 127.0.0.1:8787: connect: refused",
		"is that all? yes", "LD-7F3A-91C2",
	} {
		if got := r.Text(line); got != line {
			t.Errorf("%s\nbecame %s", line, got)
		}
	}
	if got := r.Text("GET https://shop.example/a?page=2 gave 500"); got != "GET https://shop.example/a?[redacted] gave 500" {
		t.Error(got)
	}
}

func TestRememberIsBounded(t *testing.T) {
	r := &Redactor{}
	for n := range rememberMost + 50 {
		r.Remember(core.NewSecret(fmt.Sprintf("secret-%05d", n)))
		r.Remember(core.NewSecret(fmt.Sprintf("secret-%05d", n)))
	}
	if len(r.values) != rememberMost || r.Text(fmt.Sprintf("x secret-%05d", rememberMost+49)) != "x [redacted]" {
		t.Errorf("%d values", len(r.values))
	}
}

func TestRememberWhileLogging(t *testing.T) {
	var file lockedBuffer
	r := &Redactor{}
	log := NewLogger(r, slog.LevelInfo, &file, nil)
	var wg sync.WaitGroup
	for p := range 4 {
		wg.Go(func() {
			for n := range 30 {
				canary := fmt.Sprintf("canary-%d-%d", p, n)
				r.Remember(core.NewSecret(canary))
				log.Info("value " + canary)
			}
		})
	}
	wg.Wait()
	if strings.Contains(file.String(), "canary") {
		t.Error("a value was said after it was remembered")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestLogFileRotates(t *testing.T) {
	dir := t.TempDir()
	l, err := openLogFile(dir, 100)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 60 {
		if _, err := fmt.Fprintf(l, "line %03d ...........\n", n); err != nil { // 22 bytes: 4 a file
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1+logKeep {
		t.Errorf("%d files", len(entries))
	}
	var all string
	for i := logKeep; i >= 0; i-- {
		b, err := os.ReadFile(l.old(i))
		if err != nil || len(b) > 100 || len(b) == 0 || b[len(b)-1] != '\n' {
			t.Errorf("file %d: %d bytes, %v", i, len(b), err)
		}
		all += string(b)
	}
	if !strings.HasPrefix(all, "line 044") || !strings.HasSuffix(all, "line 059 ...........\n") || strings.Count(all, "\n") != 16 {
		t.Errorf("kept:\n%s", all)
	}
	if st, _ := os.Stat(filepath.Join(dir, "linkdesk.log")); st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", st.Mode())
	}
}

// A second start goes on in the same file.
func TestLogFileContinues(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		l, err := OpenLogFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		l.Write([]byte("line\n"))
		l.Close()
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "linkdesk.log")); string(b) != "line\nline\n" {
		t.Errorf("%q", b)
	}
	if _, err := OpenLogFile(filepath.Join(dir, "linkdesk.log", "x")); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("%v", err)
	}
}
