package connection

import (
	"cmp"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkdesk/core"
	"linkdesk/core/provider"
)

const longestName = 128

// DefaultName is the name of a connection unless the person gives one:
// "Shopify – acme-store" (product row C03).
func DefaultName(service, account string) string {
	name := service
	if account != "" && account != service {
		name += " – " + account
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "")))
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName-1]) + "…"
	}
	return name
}

// cleanName returns a name as it is stored, or what is wrong with it.
func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", core.Invalid("Give the connection a name.")
	case utf8.RuneCountInString(name) > longestName:
		return "", core.Invalid("The name is too long. Use at most 128 characters.")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", core.Invalid("The name holds characters that cannot be shown.")
	}
	return name, nil
}

// Rename changes the name in Linkdesk, and nothing else. Two connections may
// have the same name. Errors: CodeInvalid, CodeNotFound.
func (s *Service) Rename(ctx context.Context, id core.ConnectionID, name string) error {
	name, err := cleanName(name)
	if err != nil {
		return err
	}
	return s.update(ctx, id, func(c *core.Connection) error { c.Name = name; return nil })
}

func accountName(a provider.Account) string { return cmp.Or(a.Name, a.Email, a.ID) }

func accountWords(c core.Connection) string { return cmp.Or(c.AccountName, c.AccountID) }
