package kit_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// The gallery draws every part in light and dark. `make screens` writes the
// pictures; without LINKDESK_SCREENS it proves that drawing works.

func sampleRows() []kit.Row {
	return []kit.Row{
		{ID: "1", Icon: kit.IconStores, Name: "Etsy – Lumen Prints", Second: "mira@lumen.example", Strong: true, Action: "Reauthorize",
			Status: kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: "Needs reauthorizing", Detail: "last good check 12 Nov, 02:04"}, Figures: []string{"Read 4", "3 data"}},
		{ID: "2", Icon: kit.IconEnvelope, Name: "Mailchimp – Newsletter of the Lumen Prints studio in Rotterdam", Second: "Lumen Prints", Action: "Reauthorize",
			Status: kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: "Needs permission", Detail: "checked 5 min ago"}, Figures: []string{"Read 1", "1 data"}},
		{ID: "3", Icon: kit.IconCRM, Name: "HubSpot", Second: "Portal 4211", Action: "Try again",
			Status: kit.State{Icon: kit.IconCloudOff, Tone: kit.Attention, Word: "Can't reach service", Detail: "tried 2 min ago"}, Figures: []string{"Read 2", "2 data"}},
		{ID: "4", Icon: kit.IconPractice, Name: "Practice store", Second: "demo@practice.local", Action: "Verify",
			Status: kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: "Connected", Detail: "checked 5 min ago"}, Figures: []string{"Read 5", "5 data"}},
		{ID: "5", Icon: kit.IconGlobe, Name: "Warehouse", Action: "Resume", Dim: true,
			Status: kit.State{Icon: kit.IconPause, Word: "Paused"}, Figures: []string{"Read 1", "1 data"}},
	}
}

func sampleList() *kit.RowList {
	return kit.NewRowList(kit.RowListOptions{Name: "Name", Status: "Status", NameSort: "name", StatusSort: "status", ActionWidth: 120,
		Figures:  []kit.Column{{Title: "Permissions", Width: 90, Right: true}, {Title: "Used by", Width: 70, Right: true, Sort: "used"}},
		OnFilter: func(string) {}, OnSort: func(kit.Sorting) {}, Menu: func(string) []kit.MenuItem {
			return []kit.MenuItem{{Title: "Verify", Icon: kit.IconCheck, Do: func() {}}, {Title: "Rename", Icon: kit.IconPencil, Do: func() {}},
				{Line: true}, {Title: "Sync now", Reason: "paused"}, {Title: "Delete", Icon: kit.IconTrash, Do: func() {}}}
		}})
}

func sampleState() kit.RowListState {
	return kit.RowListState{Rows: sampleRows(), Filter: "all", Sort: kit.Sorting{Key: "status"}, Filters: []kit.Filter{
		{Key: "all", Title: "All", Count: 5}, {Key: "bad", Title: "Needs attention", Count: 3}, {Key: "ok", Title: "Connected", Count: 1}, {Key: "paused", Title: "Paused", Count: 1}}}
}

func header(title string) *kit.PageHeader {
	return kit.NewPageHeader(kit.Header{Title: title, Search: "Search connections", OnSearch: func(string) {},
		Others: []kit.Action{{Title: "Verify all", Do: func() {}}}, Primary: &kit.Action{Title: "Add connection", Icon: kit.IconPlus, Do: func() {}}})
}

func TestScreensList(t *testing.T) {
	e := kittest.NewEnv(t)
	list := sampleList()
	list.Set(sampleState())
	banner := kit.NewBanner(&kit.Notice{Tone: kit.Bad, Text: "**Etsy – Lumen Prints needs you to sign in again.** Last good sync: 12 Nov, 02:04. Your settings and data are kept.",
		Actions: []kit.Action{{Title: "Reauthorize", Do: func() {}, Primary: true}, {Title: "Why?", Do: func() {}}}})
	e.Show(kit.Page(kit.Fill(kit.GapGroup, kit.VStack(kit.GapGroup, header("Connections"), banner), list)), fyne.NewSize(1080, 720))
	e.Snacks.Show(kit.Snack{Text: "“Acme Shopify” deleted.", Action: "Undo", Do: func() {}, For: 30 * time.Second})
	e.Snapshot(t, "kit-list")
	list.Focus()
	e.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyF10})
	e.Snapshot(t, "kit-list-menu")
}

func TestScreensListStates(t *testing.T) {
	e := kittest.NewEnv(t)
	loading, empty, fault := sampleList(), sampleList(), sampleList()
	empty.Set(kit.RowListState{Empty: kit.Empty{Drawing: kit.DrawingConnections, Title: "No connections yet",
		Text:    "Connect a shop or service so that its data can be copied to this computer.",
		Actions: []kit.Action{{Title: "Add connection", Primary: true, Do: func() {}}, {Title: "Try the practice store", Do: func() {}}}}})
	s := sampleState()
	s.Rows = s.Rows[3:4]
	s.Fault = &kit.Notice{Tone: kit.Attention, Text: "The list could not be read again. What you see is from 11:58.", Actions: []kit.Action{{Title: "Try again", Do: func() {}}}}
	fault.Set(s)
	e.Show(kit.Page(container.New(layout.NewGridLayoutWithRows(3), loading, empty, fault)), fyne.NewSize(1080, 1100))
	e.Snapshot(t, "kit-list-states")
}

func TestScreensParts(t *testing.T) {
	e := kittest.NewEnv(t)
	var states []fyne.CanvasObject
	for _, s := range []kit.State{
		{Icon: kit.IconCheck, Tone: kit.Good, Word: "Connected", Detail: "checked 5 min ago"},
		{Icon: kit.IconCheck, Word: "Connected", Detail: "not checked since 12 Nov"},
		{Icon: kit.IconAlert, Tone: kit.Attention, Word: "Needs permission", Detail: "checked 1 h ago"},
		{Icon: kit.IconClock, Tone: kit.Attention, Word: "Expires 14 March", Detail: "checked 1 h ago"},
		{Icon: kit.IconCross, Tone: kit.Bad, Word: "Needs reauthorizing", Detail: "since 12 Nov"},
		{Icon: kit.IconCloudOff, Tone: kit.Attention, Word: "Can't reach service", Detail: "tried 2 min ago"},
		{Icon: kit.IconLock, Word: "Locked"}, {Busy: true, Tone: kit.Info, Word: "Setting up…"}, {Icon: kit.IconPause, Word: "Paused"},
		{Busy: true, Tone: kit.Info, Word: "Syncing", Detail: "Orders 1,240"}, {Icon: kit.IconQueued, Word: "Queued"},
		{Icon: kit.IconNone, Word: "Never synced"}, {Icon: kit.IconHand, Tone: kit.Attention, Word: "Held", Detail: "400 removals need your OK"},
		{Icon: kit.IconStop, Word: "Cancelled", Detail: "yesterday 21:10"},
	} {
		states = append(states, kit.NewStatus(s))
	}
	work := kit.NewProgress(func() {})
	work.Set(kit.ProgressState{What: "Orders from Acme Shopify", Done: 1240, Total: 5000, Elapsed: 40 * time.Second, Left: 2 * time.Minute})
	unknown := kit.NewProgress(func() {})
	unknown.Set(kit.ProgressState{What: "Customers", Done: 311, Elapsed: 12 * time.Second})
	off := kit.NewButton("Disabled", nil)
	off.Disable()
	check, sel := kit.NewCheck("I have stored the secret", nil), kit.NewSelect([]string{"Don't sync", "Read", "Read & Write"}, nil)
	sel.Choose("Read & Write")
	field := kit.NewField("Redirect URI", kit.NewEntry("https://"), "")
	field.Fault("The address must start with https://, or be on this computer.")
	left := kit.VStack(kit.GapGroup,
		kit.Card(container.NewGridWithColumns(3, states...)),
		kit.Card(kit.VStack(kit.GapGroup, work, unknown)),
		kit.Card(kit.VStack(kit.Gap, kit.HStack(kit.Gap, kit.NewPrimary("Add connection", nil).With(kit.IconPlus), kit.NewButton("Verify", nil), kit.NewDanger("Delete", nil), off,
			kit.NewIconButton(kit.IconDots, "More", nil), kit.NewIconButton(kit.IconGear, "Settings", nil), kit.NewLink("Contact support", nil)),
			kit.HStack(kit.Gap, kit.Badge("New", kit.Attention), kit.Badge("Full access", kit.Bad), kit.Badge("On", kit.Good), kit.Badge("Own setting", kit.Info), kit.Badge("Default", kit.Neutral), kit.NewSpinner()))))
	right := kit.VStack(kit.GapGroup,
		kit.Card(kit.VStack(kit.GapGroup, kit.NewField("Client ID", kit.NewCopyField(e.Env, "k3Jd82mZqLw0aPv7"), ""), kit.NewField("Client Secret", kit.NewSecretField(e.Env, core.NewSecret("s3cr3t")), "Shown once."),
			field, check, kit.HStack(kit.Gap, sel))),
		kit.Card(kit.VStack(kit.Gap, kit.NewTitle("Page title 20"), kit.NewHead("Section head 16"), kit.NewText("Body text 14"), kit.NewSecondary("Secondary text 12"), kit.NewMono("http://127.0.0.1:8787"),
			kit.NewParagraph("A paragraph with **bold** words that wraps at the end of its line, because sentences on a screen are rarely as short as one would like them."))),
		kit.NewBanner(&kit.Notice{Tone: kit.Good, Text: "**Acme Shopify works again.** 14 days were missed; catching up now.", Dismiss: func() {}}),
		kit.NewBanner(&kit.Notice{Tone: kit.Attention, Text: "2 changes not applied", Actions: []kit.Action{{Title: "Discard"}, {Title: "Apply", Primary: true}}}),
		kit.NewBanner(&kit.Notice{Tone: kit.Info, Text: "n8n asks for access to your data.", Actions: []kit.Action{{Title: "Answer"}}}))
	e.Show(kit.Page(container.NewGridWithColumns(2, left, right)), fyne.NewSize(1180, 800))
	e.Snapshot(t, "kit-parts")
}

func TestScreensIcons(t *testing.T) {
	e := kittest.NewEnv(t)
	var all []fyne.CanvasObject
	for _, i := range kit.Icons() {
		all = append(all, container.NewVBox(kit.NewIcon(i, theme.ColorNameForeground, 48), kit.NewSecondary(string(i)).Center()))
	}
	for _, mood := range []string{"ok", "syncing", "paused", "attention", "offline"} {
		for _, mono := range []bool{false, true} {
			img := canvas.NewImageFromResource(kit.TrayIcon(mood, mono))
			img.FillMode = canvas.ImageFillContain
			all = append(all, container.NewVBox(container.NewGridWrap(fyne.NewSquareSize(48), img), kit.NewSecondary("tray "+mood)))
		}
	}
	app := canvas.NewImageFromResource(kit.AppIcon())
	app.FillMode = canvas.ImageFillContain
	e.Show(kit.Page(container.NewVBox(container.NewGridWrap(fyne.NewSize(110, 84), all...), container.NewGridWrap(fyne.NewSquareSize(128), app))), fyne.NewSize(1080, 900))
	e.Snapshot(t, "kit-icons")
}

func TestScreensDialogs(t *testing.T) {
	e := kittest.NewEnv(t)
	list := sampleList()
	list.Set(sampleState())
	e.Show(kit.Page(kit.Fill(kit.GapGroup, header("Connections"), list)), fyne.NewSize(1080, 720))
	e.Dialogs.Show(&kit.Dialog{Title: "Delete “Etsy – Lumen Prints”?", Body: "Syncing of **4 kinds of data** stops. **2 apps** (n8n, Reports) will no longer get new data from it. Linkdesk gives up its permission at Etsy.",
		Content: kit.VStack(kit.Gap, kit.NewChoice([]string{"Keep the 2,841 records on this computer", "Delete them too"}, 0, nil), kit.NewNote("You can undo for 30 seconds.")),
		Buttons: []kit.DialogButton{{Title: "Delete", Danger: true}, {Title: "Cancel", Enter: true, Cancel: true}}})
	e.Snapshot(t, "kit-dialog-delete")
	e.Dialogs.Open().Close()

	name := kit.NewEntry("")
	name.SetText("Etsy – Lumen Prints")
	e.Dialogs.Show(&kit.Dialog{Title: "Rename connection", Content: kit.NewField("Name", name, "Only the name in Linkdesk changes."), Focus: name,
		Buttons: []kit.DialogButton{{Title: "Rename", Enter: true}, {Title: "Cancel", Cancel: true}}})
	e.Snapshot(t, "kit-dialog-rename")
	e.Dialogs.Open().Close()

	p := kit.NewSchedulePicker(core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}, e.Now, nil, func() {})
	e.Dialogs.Show(&kit.Dialog{Title: "How often should Orders be synced?", Content: p, Buttons: []kit.DialogButton{{Title: "Save", Enter: true}, {Title: "Cancel", Cancel: true}}})
	e.Snapshot(t, "kit-dialog-schedule")
	e.Dialogs.Open().Close()

	p = kit.NewSchedulePicker(core.Schedule{Frequency: core.Hourly, Interval: 6}, e.Now, nil, func() {})
	e.Dialogs.Show(&kit.Dialog{Title: "How often should Orders be synced?", Content: p, Buttons: []kit.DialogButton{{Title: "Save", Enter: true}, {Title: "Cancel", Cancel: true}}})
	e.Snapshot(t, "kit-dialog-hours")
	e.Dialogs.Open().Close()

	pick := kit.NewPicker([]kit.Option{{ID: "p", Icon: kit.IconPractice, Title: "Practice store", Note: "Reads and changes everything; no account needed", Badge: "For trying out"},
		{ID: "m", Icon: kit.IconEnvelope, Title: "Mailchimp", Note: "Reads stores, customers, orders, products, segments"}, {ID: "h", Icon: kit.IconCRM, Title: "HubSpot", Note: "Reads customers, orders, products"},
		{ID: "x", Icon: kit.IconInfo, Title: "My service is not listed", Note: "Write to us", Always: true}}, "Search services", func(string) {})
	e.Dialogs.Show(&kit.Dialog{Title: "Choose a service", Content: container.NewGridWrap(fyne.NewSize(520, 320), pick), Width: 568, Focus: pick.Search, Buttons: []kit.DialogButton{{Title: "Cancel", Cancel: true}}})
	e.Snapshot(t, "kit-dialog-picker")
}

func TestScreensTableAndDetail(t *testing.T) {
	e := kittest.NewEnv(t)
	table := kit.NewDataTable(kit.DataTableOptions{Columns: []kit.Column{{Title: "Number", Width: 80, Sort: "number"}, {Title: "Customer", Weight: 2, Sort: "customer"}, {Title: "Status"}, {Title: "Placed", Width: 110, Sort: "placed"}, {Title: "Total", Width: 110, Right: true, Sort: "total"}},
		Length: func() int { return 1_000_000 },
		Cells: func(i int, cells []string) bool {
			if i > 12 {
				return false
			}
			copy(cells, []string{fmt.Sprintf("#%d", 1042-i), "Wilhelmina van den Bergh-Oosterhuis", "paid", "12 Nov, 02:04", kit.Money(fmt.Sprintf("%d.5", 1234+i*17), "EUR")})
			return true
		}})
	table.Reload(kit.Sorting{Key: "placed", Down: true}, true)
	pane := kit.NewDetailPane(func() {})
	pane.Set(kit.Detail{Icon: kit.IconStores, Title: "Etsy – Lumen Prints", Second: "mira@lumen.example",
		Status:  kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: "Needs permission", Detail: "checked 5 min ago"},
		Actions: []kit.Action{{Title: "Reauthorize", Primary: true}, {Title: "Verify"}, {Title: "Rename"}},
		Sections: []kit.Section{
			{Title: "Overview", Lines: []kit.Line{{Label: "Account", Value: "mira@lumen.example"}, {Label: "Created", Value: "3 Nov, 10:12"}, {Label: "Renews itself", Value: "Yes, until you remove the access at Etsy or change the password there."}, {Label: "Reference", Value: "01JCK3W7Z8P", Mono: true, Do: kit.Action{Title: "Copy", Do: func() {}}}}},
			{Title: "Checked 14:02 · took 1.2 s", Lines: []kit.Line{{Label: "Orders", State: kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: "can read", Detail: "newest #1042"}}, {Label: "Customers", State: kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: "permission missing"}, Do: kit.Action{Title: "Reauthorize"}}}},
		}})
	split := kit.NewBeside(table)
	split.Open(pane)
	e.Show(kit.Page(kit.Fill(kit.GapGroup, header("Orders"), split)), fyne.NewSize(1180, 720))
	e.Snapshot(t, "kit-table")
}

// The longest words: German.
func TestScreensGerman(t *testing.T) {
	e := kittest.NewEnv(t)
	kit.SetLanguage("de")
	t.Cleanup(func() { kit.SetLanguage("en") })
	p := kit.NewSchedulePicker(core.Schedule{Frequency: core.Monthly, Interval: 3, Day: 31, Hour: 2}, e.Now, nil, func() {})
	e.Show(kit.NewText(""), fyne.NewSize(860, 640))
	e.Dialogs.Show(&kit.Dialog{Title: "Wie oft sollen Bestellungen synchronisiert werden?", Content: p,
		Buttons: []kit.DialogButton{{Title: "Speichern", Enter: true}, {Title: kit.T("Cancel"), Cancel: true}}})
	e.Snapshot(t, "kit-german")
}
