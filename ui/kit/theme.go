package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Appearance says who chooses between light and dark.
type Appearance string

// The choices of the settings page.
const (
	FollowSystem Appearance = "system"
	AlwaysLight  Appearance = "light"
	AlwaysDark   Appearance = "dark"
)

// The colours that Fyne has no name for. The others keep Fyne's names, so that
// its own widgets follow: theme.ColorNameForeground is the text, Primary the accent.
const (
	ColorSurface   fyne.ThemeColorName = "linkdesk.surface"   // cards, lists, dialogs
	ColorRaised    fyne.ThemeColorName = "linkdesk.raised"    // chips, heads, what is hovered
	ColorSecondary fyne.ThemeColorName = "linkdesk.secondary" // text that supports other text
	ColorGood      fyne.ThemeColorName = "linkdesk.good"
	ColorAttention fyne.ThemeColorName = "linkdesk.attention"
	ColorBad       fyne.ThemeColorName = "linkdesk.bad"
	ColorGoodWash  fyne.ThemeColorName = "linkdesk.goodWash" // behind a banner of that tone
	ColorWarnWash  fyne.ThemeColorName = "linkdesk.attentionWash"
	ColorBadWash   fyne.ThemeColorName = "linkdesk.badWash"
	ColorInfoWash  fyne.ThemeColorName = "linkdesk.infoWash"
	ColorVeil      fyne.ThemeColorName = "linkdesk.veil"     // over the window while a dialog is open
	ColorSkeleton  fyne.ThemeColorName = "linkdesk.skeleton" // the greyed bars of a loading row
)

// Sizes of the grid of 4.
const (
	GapTight  float32 = 4  // within a control
	Gap       float32 = 8  // between related things
	GapGroup  float32 = 16 // between groups
	GapPage   float32 = 24 // around a page
	Corner    float32 = 6
	RowHeight float32 = 56
)

type pair struct{ light, dark uint32 } // 0xRRGGBBAA

// palette is the whole look in colour. theme_test.go computes the contrast of
// every text on every surface it stands on.
var palette = map[fyne.ThemeColorName]pair{
	theme.ColorNameBackground:        {0xF6F7F9FF, 0x15181DFF},
	ColorSurface:                     {0xFFFFFFFF, 0x1E232AFF},
	ColorRaised:                      {0xEEF1F5FF, 0x272D36FF},
	theme.ColorNameSeparator:         {0xE1E5EBFF, 0x2D343EFF},
	theme.ColorNameForeground:        {0x1B2430FF, 0xE8EBF0FF},
	ColorSecondary:                   {0x56616FFF, 0xA3ADBAFF},
	theme.ColorNamePrimary:           {0x2457D6FF, 0x7DA4FFFF},
	ColorGood:                        {0x187447FF, 0x5FCB93FF},
	ColorAttention:                   {0x8F5C00FF, 0xF0B74EFF},
	ColorBad:                         {0xB3261EFF, 0xFF8E85FF},
	ColorGoodWash:                    {0xE9F6EFFF, 0x1B3028FF},
	ColorWarnWash:                    {0xFFF5E0FF, 0x352C1AFF},
	ColorBadWash:                     {0xFDEDECFF, 0x3A2426FF},
	ColorInfoWash:                    {0xEAF0FEFF, 0x1F2B44FF},
	ColorSkeleton:                    {0xE4E8EEFF, 0x2F3640FF},
	theme.ColorNamePlaceHolder:       {0x5F6B7AFF, 0x99A4B2FF},
	theme.ColorNameDisabled:          {0x8B95A3FF, 0x6E7886FF},
	theme.ColorNameButton:            {0xE8ECF2FF, 0x2C333DFF},
	theme.ColorNameDisabledButton:    {0xEEF1F5FF, 0x242A32FF},
	theme.ColorNameHover:             {0x1B24300F, 0xFFFFFF12},
	theme.ColorNamePressed:           {0x1B243026, 0xFFFFFF26},
	theme.ColorNameFocus:             {0x2457D638, 0x7DA4FF4D},
	theme.ColorNameSelection:         {0x2457D61F, 0x7DA4FF2E},
	theme.ColorNameHyperlink:         {0x2457D6FF, 0x7DA4FFFF},
	theme.ColorNameInputBackground:   {0xFFFFFFFF, 0x191D23FF},
	theme.ColorNameInputBorder:       {0x7F8997FF, 0x737D8CFF},
	theme.ColorNameHeaderBackground:  {0xFFFFFFFF, 0x1E232AFF},
	theme.ColorNameMenuBackground:    {0xFFFFFFFF, 0x272D36FF},
	theme.ColorNameOverlayBackground: {0xFFFFFFFF, 0x1E232AFF},
	theme.ColorNameScrollBar:         {0x1B243066, 0xE8EBF066},
	theme.ColorNameShadow:            {0x0F172A21, 0x00000059},
	ColorVeil:                        {0x0F172A47, 0x00000080},

	theme.ColorNameScrollBarBackground: {0x1B243008, 0xFFFFFF08},
	theme.ColorNameError:               {0xB3261EFF, 0xFF8E85FF},
	theme.ColorNameSuccess:             {0x187447FF, 0x5FCB93FF},
	theme.ColorNameWarning:             {0x8F5C00FF, 0xF0B74EFF},

	theme.ColorNameForegroundOnPrimary: {0xFFFFFFFF, 0x0E1A33FF},
	theme.ColorNameForegroundOnError:   {0xFFFFFFFF, 0x2B0B08FF},
	theme.ColorNameForegroundOnSuccess: {0xFFFFFFFF, 0x06231AFF},
	theme.ColorNameForegroundOnWarning: {0xFFFFFFFF, 0x2A1C00FF},
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:               14,
	theme.SizeNameCaptionText:        12,
	theme.SizeNameSubHeadingText:     16,
	theme.SizeNameHeadingText:        20,
	theme.SizeNamePadding:            GapTight,
	theme.SizeNameInnerPadding:       Gap,
	theme.SizeNameLineSpacing:        GapTight,
	theme.SizeNameInlineIcon:         18,
	theme.SizeNameInputRadius:        Corner,
	theme.SizeNameSelectionRadius:    Corner,
	theme.SizeNameButtonRadius:       Corner,
	theme.SizeNameCardRadius:         Corner,
	theme.SizeNameDialogRadius:       Corner,
	theme.SizeNamePopupRadius:        Corner,
	theme.SizeNameMenuRadius:         Corner,
	theme.SizeNameInputBorder:        1,
	theme.SizeNameSeparatorThickness: 1,
	theme.SizeNameScrollBar:          10,
	theme.SizeNameScrollBarSmall:     4,
	theme.SizeNameScrollBarRadius:    4,
	theme.SizeNameModalBlurRadius:    0,
}

// deskTheme is the look of Linkdesk: its own colours and sizes, Fyne's fonts
// and the icons of Fyne's own widgets.
type deskTheme struct {
	fyne.Theme
	appearance Appearance
}

// NewTheme returns the look of Linkdesk for app.Settings().SetTheme.
func NewTheme(a Appearance) fyne.Theme {
	return &deskTheme{Theme: theme.DefaultTheme(), appearance: a}
}

// Color returns a colour; the variant is the system's unless the appearance forces one.
func (t *deskTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.appearance {
	case AlwaysLight:
		v = theme.VariantLight
	case AlwaysDark:
		v = theme.VariantDark
	}
	p, ok := palette[name]
	if !ok {
		return t.Theme.Color(name, v)
	}
	if v == theme.VariantDark {
		return nrgba(p.dark)
	}
	return nrgba(p.light)
}

// Size returns a size in Fyne's units, which are pixels at 100 %.
func (t *deskTheme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return t.Theme.Size(name)
}

func nrgba(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 24), G: uint8(hex >> 16), B: uint8(hex >> 8), A: uint8(hex)}
}

// colorOf returns a colour of the theme in use.
func colorOf(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	t := s.Theme()
	if _, ours := t.(*deskTheme); !ours { // before the shell has set it: Fyne's does not know our names
		t = NewTheme(FollowSystem)
	}
	return t.Color(name, s.ThemeVariant())
}

func sizeOf(name fyne.ThemeSizeName) float32 {
	return fyne.CurrentApp().Settings().Theme().Size(name)
}

// Tone is what a colour means. It never stands alone: a word and a shape go with it.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Good
	Attention
	Bad
	Info
)

// Color returns the colour of text and icons in that tone.
func (t Tone) Color() fyne.ThemeColorName {
	return [...]fyne.ThemeColorName{ColorSecondary, ColorGood, ColorAttention, ColorBad, theme.ColorNamePrimary}[t]
}

// Wash returns the colour behind a banner or badge of that tone.
func (t Tone) Wash() fyne.ThemeColorName {
	return [...]fyne.ThemeColorName{ColorRaised, ColorGoodWash, ColorWarnWash, ColorBadWash, ColorInfoWash}[t]
}
