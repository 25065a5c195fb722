package kit

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Say returns a sentence of the core or of a manifest in the language of the
// window: why an error happened, what a permission allows. Those are made of
// English words and names; the catalogue holds them with {1}, {2}, … where the
// names stand. A sentence that it does not know is shown as it is.
func Say(sentence string) string {
	c := current.Load()
	if s := c.texts[sentence]; s != "" || sentence == "" {
		return s
	}
	c.once.Do(c.learn)
	for _, f := range c.forms {
		if found := f.english.FindStringSubmatchIndex(sentence); found != nil {
			return f.fill(sentence, found)
		}
	}
	return sentence
}

// form is a sentence with places for names.
type form struct {
	english    *regexp.Regexp
	translated string
	words      int // letters that are not names: the more, the surer
}

var places = regexp.MustCompile(`\\\{\d\\\}`)

// learn finds the sentences with places in the catalogue, the surest first.
func (c *catalogue) learn() {
	for key, translated := range c.texts {
		if !strings.Contains(key, "{1}") {
			continue
		}
		quoted := places.ReplaceAllString(regexp.QuoteMeta(key), "(.*?)")
		c.forms = append(c.forms, form{regexp.MustCompile("(?s)^" + quoted + "$"), translated, len(key)})
	}
	slices.SortFunc(c.forms, func(a, b form) int {
		return cmp.Or(b.words-a.words, strings.Compare(a.translated, b.translated))
	})
}

// fill puts the names into the translation. A word of the catalogue is
// translated too, such as a kind of data; what stands in quotation marks is
// somebody's own name.
func (f form) fill(sentence string, at []int) string {
	var pairs []string
	for i := 2; i < len(at); i += 2 {
		name := sentence[at[i]:at[i+1]]
		if !strings.HasSuffix(sentence[:at[i]], "“") {
			name = T(name)
		}
		pairs = append(pairs, "{"+string(rune('0'+i/2))+"}", name)
	}
	return strings.NewReplacer(pairs...).Replace(f.translated)
}
