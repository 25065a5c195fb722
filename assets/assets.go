// Package assets carries the files that are built into the program: icons,
// texts in other languages, the services Linkdesk knows and what changed.
// It holds data only and imports nothing but embed.
package assets

import "embed"

// Icons holds icons/*.svg (24×24, one colour written as currentColor), the
// drawings of empty pages (160×120), the program's icon and those of the tray.
//
//go:embed icons
var Icons embed.FS

// Locales holds locales/<language>.json: English text -> text in that language.
//
//go:embed locales
var Locales embed.FS

// Services holds services/*.yaml, one manifest for each service, and their JSON Schema.
//
//go:embed services
var Services embed.FS

// Changelog is CHANGELOG.md: what changed for the people who use Linkdesk.
//
//go:embed CHANGELOG.md
var Changelog string
