package kit

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance is WCAG's relative luminance.
func luminance(c color.NRGBA) float64 {
	lin := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Contrast is for the tests of package kit_test, which look at pictures.
var Contrast = contrast

// over is colour c as seen on an opaque ground.
func over(c, ground color.NRGBA) color.NRGBA {
	mix := func(a, b uint8) uint8 {
		return uint8((int(a)*int(c.A) + int(b)*(255-int(c.A))) / 255)
	}
	return color.NRGBA{mix(c.R, ground.R), mix(c.G, ground.G), mix(c.B, ground.B), 255}
}

// The reference of WCAG: black on white is 21:1.
func TestContrastIsThatOfWCAG(t *testing.T) {
	if got := contrast(color.NRGBA{A: 255}, color.NRGBA{255, 255, 255, 255}); math.Abs(got-21) > 0.01 {
		t.Fatalf("black on white is %.2f", got)
	}
	if got := contrast(color.NRGBA{0x76, 0x76, 0x76, 255}, color.NRGBA{255, 255, 255, 255}); math.Abs(got-4.54) > 0.01 {
		t.Fatalf("#767676 on white is %.2f", got)
	}
}

func TestTextAndIconsCanBeReadOnEverySurface(t *testing.T) {
	const text, shape = 4.5, 3.0
	tones := []fyne.ThemeColorName{ColorGood, ColorAttention, ColorBad, theme.ColorNamePrimary}
	words := append([]fyne.ThemeColorName{theme.ColorNameForeground, ColorSecondary, theme.ColorNamePlaceHolder}, tones...)
	plain := []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, ColorRaised, theme.ColorNameInputBackground, theme.ColorNameMenuBackground}
	type want struct {
		front, ground, tint fyne.ThemeColorName // tint lies half transparent over the ground
		least               float64
	}
	var all []want
	for _, g := range plain {
		for _, w := range words {
			all = append(all, want{w, g, "", text})
		}
		all = append(all, want{theme.ColorNameInputBorder, g, "", shape})
	}
	for _, w := range words { // rows that are hovered or chosen
		all = append(all, want{w, ColorSurface, theme.ColorNameHover, text}, want{w, ColorSurface, theme.ColorNameSelection, text})
	}
	for _, tone := range []Tone{Neutral, Good, Attention, Bad, Info} {
		all = append(all, want{tone.Color(), tone.Wash(), "", text}, want{theme.ColorNameForeground, tone.Wash(), "", text})
	}
	for _, ground := range []fyne.ThemeColorName{ColorGoodWash, ColorWarnWash, ColorBadWash, ColorInfoWash} { // a banner has buttons: the ring around them
		all = append(all, want{theme.ColorNamePrimary, ground, "", shape})
	}
	for _, tint := range []fyne.ThemeColorName{"", theme.ColorNameHover, theme.ColorNameFocus} {
		all = append(all, want{theme.ColorNameForeground, theme.ColorNameButton, tint, text},
			want{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, tint, text},
			want{theme.ColorNameForegroundOnError, theme.ColorNameError, tint, text})
	}
	all = append(all, want{ColorSurface, ColorGood, "", shape}, want{ColorSurface, ColorAttention, "", shape}, want{ColorSurface, ColorBad, "", shape})
	for _, a := range []Appearance{AlwaysLight, AlwaysDark} {
		th := NewTheme(a)
		get := func(n fyne.ThemeColorName) color.NRGBA { return th.Color(n, theme.VariantLight).(color.NRGBA) }
		for _, w := range all {
			ground := get(w.ground)
			if w.tint != "" {
				ground = over(get(w.tint), ground)
			}
			if got := contrast(get(w.front), ground); got < w.least {
				t.Errorf("%s: %s on %s %s is %.2f:1, less than %.1f", a, w.front, w.ground, w.tint, got, w.least)
			}
		}
	}
}

func TestAppearance(t *testing.T) {
	light, dark := nrgba(palette[ColorSurface].light), nrgba(palette[ColorSurface].dark)
	for _, c := range []struct {
		a    Appearance
		v    fyne.ThemeVariant
		want color.NRGBA
	}{
		{FollowSystem, theme.VariantLight, light}, {FollowSystem, theme.VariantDark, dark},
		{AlwaysLight, theme.VariantDark, light}, {AlwaysDark, theme.VariantLight, dark},
	} {
		if got := NewTheme(c.a).Color(ColorSurface, c.v); got != c.want {
			t.Errorf("%s on a system of variant %d: %v, want %v", c.a, c.v, got, c.want)
		}
	}
}

func TestSizesStandOnTheGrid(t *testing.T) {
	th := NewTheme(FollowSystem)
	for name, want := range map[fyne.ThemeSizeName]float32{theme.SizeNameText: 14, theme.SizeNameCaptionText: 12,
		theme.SizeNameSubHeadingText: 16, theme.SizeNameHeadingText: 20, theme.SizeNameButtonRadius: 6} {
		if got := th.Size(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, gap := range []float32{GapTight, Gap, GapGroup, GapPage, RowHeight, th.Size(theme.SizeNamePadding)} {
		if math.Mod(float64(gap), 4) != 0 {
			t.Errorf("%v is not on the grid of 4", gap)
		}
	}
}
