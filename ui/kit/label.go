package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Text is one line of text without padding. It ends in … when there is less
// room than it needs, so it never forces its container wider; widget.Label
// makes its whole text the minimum width.
type Text struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	style fyne.TextStyle
	align fyne.TextAlign
	whole bool
}

func newText(s string, c fyne.ThemeColorName, size fyne.ThemeSizeName, style fyne.TextStyle) *Text {
	t := &Text{text: s, color: c, size: size, style: style}
	t.ExtendBaseWidget(t)
	return t
}

// NewText returns body text.
func NewText(s string) *Text {
	return newText(s, theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{})
}

// NewBold returns bold body text, for names.
func NewBold(s string) *Text {
	return newText(s, theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{Bold: true})
}

// NewSecondary returns small text that supports other text.
func NewSecondary(s string) *Text {
	return newText(s, ColorSecondary, theme.SizeNameCaptionText, fyne.TextStyle{})
}

// NewHead returns the head of a section.
func NewHead(s string) *Text {
	return newText(s, theme.ColorNameForeground, theme.SizeNameSubHeadingText, fyne.TextStyle{Bold: true})
}

// NewTitle returns the title of a page or dialog.
func NewTitle(s string) *Text {
	return newText(s, theme.ColorNameForeground, theme.SizeNameHeadingText, fyne.TextStyle{Bold: true})
}

// NewMono returns text for ids, addresses and secrets.
func NewMono(s string) *Text {
	return newText(s, theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{Monospace: true})
}

// Whole makes the text demand the room it needs instead of ending in ….
func (t *Text) Whole() *Text {
	t.whole = true
	return t
}

// Right aligns the text at the right, for figures.
func (t *Text) Right() *Text {
	t.align = fyne.TextAlignTrailing
	return t
}

// Center centres the text.
func (t *Text) Center() *Text {
	t.align = fyne.TextAlignCenter
	return t
}

// Colored sets the colour.
func (t *Text) Colored(c fyne.ThemeColorName) *Text {
	t.color = c
	return t
}

// Text returns the whole text, also where less is shown.
func (t *Text) Text() string { return t.text }

// SetText changes the text; the same again costs nothing.
func (t *Text) SetText(s string) { t.Set(s, t.color) }

// Set changes text and colour.
func (t *Text) Set(s string, c fyne.ThemeColorName) {
	if t.text == s && t.color == c {
		return
	}
	t.text, t.color = s, c
	t.Refresh()
}

// AccessibilityLabel returns what a screen reader says.
func (t *Text) AccessibilityLabel() string { return t.text }

// MinSize is the height of a line, and its width when Whole.
func (t *Text) MinSize() fyne.Size {
	full := fyne.MeasureText(t.text, sizeOf(t.size), t.style)
	if !t.whole {
		full.Width = min(full.Width, 24)
	}
	return full
}

// Natural returns the width the whole text needs.
func (t *Text) Natural() float32 { return fyne.MeasureText(t.text, sizeOf(t.size), t.style).Width }

// CreateRenderer is for Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t, line: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type textRenderer struct {
	t    *Text
	line *canvas.Text
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) MinSize() fyne.Size           { return r.t.MinSize() }
func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }

func (r *textRenderer) Layout(size fyne.Size) {
	r.fit(size.Width)
	h := r.line.MinSize().Height
	r.line.Resize(fyne.NewSize(size.Width, h))
	r.line.Move(fyne.NewPos(0, (size.Height-h)/2))
}

func (r *textRenderer) Refresh() {
	r.line.Color = colorOf(r.t.color)
	r.line.TextSize = sizeOf(r.t.size)
	r.line.TextStyle = r.t.style
	r.line.Alignment = r.t.align
	r.Layout(r.t.Size())
	r.line.Refresh()
}

func (r *textRenderer) fit(width float32) {
	s := shorten(r.t.text, width, func(s string) float32 { return fyne.MeasureText(s, r.line.TextSize, r.line.TextStyle).Width })
	if s != r.line.Text {
		r.line.Text = s
		r.line.Refresh()
	}
}

// shorten returns s, or the longest start of it that fits with an ellipsis.
func shorten(s string, width float32, measure func(string) float32) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if s == "" || measure(s) <= width+0.5 {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}

// NewParagraph returns text that wraps; **bold** is bold. It has no padding.
func NewParagraph(s string) *fyne.Container {
	return paragraph(s, theme.ColorNameForeground, theme.SizeNameText)
}

// NewNote returns a small paragraph that supports what stands above it.
func NewNote(s string) *fyne.Container {
	return paragraph(s, ColorSecondary, theme.SizeNameCaptionText)
}

func paragraph(s string, c fyne.ThemeColorName, size fyne.ThemeSizeName) *fyne.Container {
	rich := widget.NewRichText()
	rich.Wrapping = fyne.TextWrapWord
	for i, part := range strings.Split(s, "**") {
		if n := len(rich.Segments); n > 0 { // a space at the beginning would begin a line that wraps there
			text := strings.TrimLeft(part, " ")
			rich.Segments[n-1].(*widget.TextSegment).Text += part[:len(part)-len(text)]
			part = text
		}
		if part == "" {
			continue
		}
		style := widget.RichTextStyle{ColorName: c, SizeName: size, Inline: true, TextStyle: fyne.TextStyle{Bold: i%2 == 1}}
		rich.Segments = append(rich.Segments, &widget.TextSegment{Text: part, Style: style})
	}
	return flush(rich)
}

// centred returns a secondary paragraph whose lines are centred.
func centred(s string) *fyne.Container {
	l := widget.NewRichText(&widget.TextSegment{Text: s, Style: widget.RichTextStyle{
		ColorName: ColorSecondary, SizeName: theme.SizeNameText, Alignment: fyne.TextAlignCenter}})
	l.Wrapping = fyne.TextWrapWord
	return flush(l)
}
