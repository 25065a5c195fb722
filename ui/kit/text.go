package kit

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2/lang"

	"linkdesk/assets"
)

// Languages are those with a catalogue, English first.
var Languages = []string{"en", "de", "es"}

type catalogue struct {
	language string
	texts    map[string]string
	once     sync.Once
	forms    []form // see Say
}

var current atomic.Pointer[catalogue]

func init() { SetLanguage("en") }

// T returns text in the language of the window. The English text is the key;
// args are pairs of a name and a value that replaces {name}:
//
//	kit.T("Checked {when}", "when", kit.Ago(at, now))
//
// A text that the catalogue lacks is shown in English.
func T(text string, args ...any) string {
	if s := current.Load().texts[text]; s != "" {
		text = s
	}
	return fill(text, args)
}

// N is T for texts that depend on a number, which replaces {n} with separators:
//
//	kit.N(n, "{n} connection needs you", "{n} connections need you")
func N(n int, one, many string, args ...any) string {
	text := many
	if n == 1 {
		text = one
	}
	return T(text, append(args, "n", Number(int64(n)))...)
}

func fill(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// SetLanguage chooses the catalogue: "de", "es_MX.UTF-8", …; anything without one is English.
func SetLanguage(name string) {
	c := &catalogue{language: "en"}
	base := strings.ToLower(name)
	if i := strings.IndexAny(base, "_-."); i >= 0 {
		base = base[:i]
	}
	for _, l := range Languages[1:] {
		if l == base {
			c = &catalogue{language: l, texts: mustLoad(l)}
		}
	}
	current.Store(c)
}

// Language returns the language in use, one of Languages.
func Language() string { return current.Load().language }

// SystemLanguage returns what the computer is set to: LANGUAGE (a list, first
// wins), then what the system says.
func SystemLanguage() string {
	if l, _, _ := strings.Cut(os.Getenv("LANGUAGE"), ":"); l != "" {
		return l
	}
	return lang.SystemLocale().LanguageString()
}

// mustLoad reads a catalogue that is built in; a broken one cannot pass the tests.
func mustLoad(language string) map[string]string {
	data, err := fs.ReadFile(assets.Locales, "locales/"+language+".json")
	if err != nil {
		panic(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		panic(fmt.Errorf("locales/%s.json: %w", language, err))
	}
	return texts
}
