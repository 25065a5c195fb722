package kit

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"linkdesk/assets"
)

// Icon names one of assets/icons/*.svg.
type Icon string

// The icons.
const (
	IconStores    Icon = "stores"
	IconCustomers Icon = "customers"
	IconOrders    Icon = "orders"
	IconProducts  Icon = "products"
	IconSegments  Icon = "segments"

	IconCheck    Icon = "check"
	IconClock    Icon = "clock"
	IconAlert    Icon = "alert"
	IconCross    Icon = "cross"
	IconCloudOff Icon = "cloud-off"
	IconLock     Icon = "lock"
	IconPause    Icon = "pause"
	IconSync     Icon = "sync"
	IconNone     Icon = "none" // a hollow ring: nothing happened yet, or switched off
	IconHand     Icon = "hand" // held: waits for a yes
	IconQueued   Icon = "queued"
	IconStop     Icon = "stop"

	IconSearch  Icon = "search"
	IconPlus    Icon = "plus"
	IconDots    Icon = "dots"
	IconGear    Icon = "gear"
	IconCopy    Icon = "copy"
	IconEye     Icon = "eye"
	IconEyeOff  Icon = "eye-off"
	IconClose   Icon = "close"
	IconDown    Icon = "down"
	IconUp      Icon = "up"
	IconRight   Icon = "right"
	IconBack    Icon = "back"
	IconInfo    Icon = "info"
	IconTrash   Icon = "trash"
	IconPencil  Icon = "pencil"
	IconOpen    Icon = "open"
	IconApp     Icon = "app"
	IconConnect Icon = "connect"

	IconPractice Icon = "practice"
	IconEnvelope Icon = "envelope"
	IconCRM      Icon = "crm"
	IconGlobe    Icon = "globe"
)

// The drawings of empty pages.
const (
	DrawingConnections Icon = "empty-connections"
	DrawingSync        Icon = "empty-sync"
	DrawingApps        Icon = "empty-apps"
	DrawingRecords     Icon = "empty-records"
)

// Resource returns the icon in a colour of the theme that is in use when it is
// drawn, for Fyne's own buttons and menus.
func (i Icon) Resource(c fyne.ThemeColorName) fyne.Resource { return &iconResource{i, c} }

// iconResource writes the theme's colour over currentColor. Its name holds the
// colour, so that Fyne's picture cache never serves that of another theme.
type iconResource struct {
	icon  Icon
	color fyne.ThemeColorName
}

func (r *iconResource) Name() string { return string(r.icon) + hex(colorOf(r.color)) + ".svg" }

func (r *iconResource) Content() []byte {
	data, err := assets.Icons.ReadFile("icons/" + string(r.icon) + ".svg")
	if err != nil {
		data = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>`)
	}
	data = bytes.ReplaceAll(data, []byte("currentColor"), []byte(hex(colorOf(r.color))))
	data = bytes.ReplaceAll(data, []byte("#accent"), []byte(hex(colorOf(theme.ColorNamePrimary))))
	return bytes.ReplaceAll(data, []byte("#surface"), []byte(hex(colorOf(ColorSurface))))
}

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// image is an icon on a canvas that follows the theme when refreshed.
type image struct {
	*canvas.Image
	icon  Icon
	color fyne.ThemeColorName
}

func newImage(i Icon, c fyne.ThemeColorName, size float32) *image {
	img := &image{Image: canvas.NewImageFromResource(i.Resource(c)), icon: i, color: c}
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSquareSize(size))
	if i == "" {
		img.Hide()
	}
	return img
}

// set changes what is drawn; the same again costs nothing.
func (m *image) set(i Icon, c fyne.ThemeColorName) {
	if m.icon == i && m.color == c {
		return
	}
	m.icon, m.color = i, c
	m.Hidden = i == ""
	m.Resource = i.Resource(c)
	m.Image.Refresh()
}

// NewIcon returns an icon of that size in that colour.
func NewIcon(i Icon, c fyne.ThemeColorName, size float32) fyne.CanvasObject {
	return newImage(i, c, size).Image
}

// Icons returns the names of all icons and drawings, for tests and pictures.
func Icons() []Icon {
	files, err := assets.Icons.ReadDir("icons")
	if err != nil {
		panic(err) // the directory is built in
	}
	var all []Icon
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".svg"); ok {
			all = append(all, Icon(name))
		}
	}
	return all
}

// AppIcon returns the program's icon, 512 pixels wide.
func AppIcon() fyne.Resource { return static("app.png") }

// TrayIcon returns the tray icon of a mood: ok, syncing, paused, attention or
// offline, each of its own shape; mono is for panels that colour nothing.
func TrayIcon(mood string, mono bool) fyne.Resource {
	if mono {
		mood += "-mono"
	}
	return static("tray/" + mood + ".svg")
}

func static(name string) fyne.Resource {
	data, err := assets.Icons.ReadFile("icons/" + name)
	if err != nil {
		panic(err) // built in; icon_test.go reads them all
	}
	return fyne.NewStaticResource(name, data)
}
