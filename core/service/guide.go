package service

import (
	"regexp"
	"strings"
)

var (
	emphasis = regexp.MustCompile(`(^|[^*])\*([^*]+)\*`)
	listItem = regexp.MustCompile(`^(\d+\.|[-*]) `)
)

// GuideLines turns the short markdown of the guide into paragraphs in which only
// **bold** is left: lines that continue an item are joined to it.
func (m *Manifest) GuideLines() []string {
	var all []string
	fresh := true
	for _, l := range strings.Split(m.Guide, "\n") {
		text := strings.TrimSpace(l)
		if text == "" {
			fresh = true
			continue
		}
		if fresh || listItem.MatchString(text) || len(all) == 0 {
			all = append(all, text)
		} else {
			all[len(all)-1] += " " + text
		}
		fresh = false
	}
	for i, l := range all {
		all[i] = strings.ReplaceAll(emphasis.ReplaceAllString(l, "$1“$2”"), "`", "")
	}
	return all
}
