package oauthapps

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/localhttp"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// reaches are the choices of W-19, in the order of the buttons.
var reaches = []localhttp.Reach{localhttp.ThisComputer, localhttp.Docker, localhttp.Network}

// reach is the dialog W-19: who may reach the address.
type reach struct {
	t      *Tab
	dialog *kit.Dialog
	fault  *kit.Banner
	choice *kit.Choice
	docker fyne.CanvasObject // what to know about the second choice
	pair   *fyne.Container   // the files of the third
	cert   *kit.Entry
	key    *kit.Entry
	port   *kit.Entry
	ported *kit.Field
	saving bool
}

// askReach is W-19.
func (t *Tab) askReach() *reach {
	set := t.p.state.Address.Setting
	r := &reach{t: t, fault: kit.NewBanner(nil)}
	r.choice = kit.NewChoice([]string{kit.T("This computer only (safest)"), kit.T("Also Docker on this computer"), kit.T("Also my network (needs a certificate)")},
		chosen(set.Reach), func(int) { r.changed() })
	r.docker = kit.NewNote(kit.T("Containers then use {address}. On Linux start them with {option}.",
		"address", t.p.state.Address.inDocker(), "option", hostOption))
	r.pair = r.files(set)
	r.port = kit.NewEntry("")
	r.port.SetText(strconv.Itoa(set.Port))
	r.port.OnChanged = func(string) { r.changed() }
	r.ported = kit.NewField(kit.T("Port"), container.NewHBox(kit.Width(96, r.port)), kit.T("Programs that are set up already have to be told when it changes."))
	body := kit.VStack(kit.GapGroup, r.fault, r.choice, r.docker, r.pair, r.ported)
	r.dialog = &kit.Dialog{Title: kit.T("Allow Docker or my network?"), Width: 560, Content: body,
		Body: kit.T("Anyone who can reach the address still needs an app and your permission."),
		Buttons: []kit.DialogButton{{Title: kit.T("Apply"), Do: r.apply, Keep: true, Enter: true},
			{Title: kit.T("Cancel"), Cancel: true}}}
	r.show()
	t.env.Dialogs.Show(r.dialog)
	r.changed()
	return r
}

func chosen(r localhttp.Reach) int {
	for i, x := range reaches {
		if x == r {
			return i
		}
	}
	return 0
}

// files are the certificate and its key.
func (r *reach) files(set localhttp.Setting) *fyne.Container {
	r.cert, r.key = kit.NewEntry(kit.T("a file such as shop.crt or shop.pem")), kit.NewEntry(kit.T("a file such as shop.key"))
	r.cert.SetText(set.Certificate)
	r.key.SetText(set.Key)
	field := func(title string, e *kit.Entry) fyne.CanvasObject {
		e.OnChanged = func(string) { r.changed() }
		choose := kit.NewButton(kit.T("Choose…"), func() { r.choose(title, e) })
		return kit.NewField(title, container.NewBorder(nil, nil, nil, choose, e), "")
	}
	return kit.VStack(kit.Gap,
		field(kit.T("Certificate"), r.cert),
		field(kit.T("Private key"), r.key),
		kit.HStack(kit.Gap, kit.NewButton(kit.T("Make one for me"), r.make)),
		kit.NewNote(kit.T("A certificate that Linkdesk makes is not known to other computers: give the certificate file, never the key, to the programs that shall trust it.")))
}

// choose lets the person pick a file.
func (r *reach) choose(title string, e *kit.Entry) {
	r.t.pick(title, func(path string, err error) {
		if !r.failed(err) && path != "" {
			e.SetText(path)
		}
	})
}

func (r *reach) make() {
	r.busy(true)
	r.t.p.MakeCertificate(func(set localhttp.Setting, err error) {
		r.busy(false)
		if r.failed(err) {
			return
		}
		r.cert.SetText(set.Certificate)
		r.key.SetText(set.Key)
	})
}

// setting is what is entered; false while it cannot be used.
func (r *reach) setting() (set localhttp.Setting, ok bool) {
	port, err := strconv.Atoi(strings.TrimSpace(r.port.Text))
	set = localhttp.Setting{Port: port, Reach: reaches[r.choice.Chosen()], Certificate: strings.TrimSpace(r.cert.Text), Key: strings.TrimSpace(r.key.Text)}
	return set, err == nil && port >= lowestPort && port <= highestPort && (set.Reach != localhttp.Network || set.Certificate != "" && set.Key != "")
}

// The ports that a person may choose: those below need administrator rights,
// and the network uses the one after.
const (
	lowestPort  = 1024
	highestPort = 65534
)

// changed shows what belongs to the choice, and whether it can be applied.
func (r *reach) changed() {
	r.show()
	set, ok := r.setting()
	fault := ""
	if set.Port < lowestPort || set.Port > highestPort {
		fault = kit.T("Enter a whole number from {least} to {most}.", "least", lowestPort, "most", highestPort)
	}
	r.ported.Fault(fault)
	r.dialog.Enable(r.dialog.Buttons[0].Title, ok && !r.saving)
	r.dialog.Refit()
}

func (r *reach) show() {
	at := reaches[r.choice.Chosen()]
	r.docker.Hide()
	r.pair.Hide()
	switch at {
	case localhttp.Docker:
		r.docker.Show()
	case localhttp.Network:
		r.pair.Show()
	}
}

func (r *reach) apply() {
	set, ok := r.setting()
	if !ok {
		return
	}
	r.busy(true)
	r.t.p.SetAddress(set, func(err error) {
		r.busy(false)
		if !r.failed(err) {
			r.dialog.Close()
		}
	})
}

func (r *reach) busy(on bool) {
	r.saving = on
	r.changed()
}

// failed shows an error, and takes the last one away.
func (r *reach) failed(err error) bool {
	if err == nil {
		r.fault.Set(nil)
		return false
	}
	r.fault.Set(&kit.Notice{Tone: kit.Bad, Text: words.Error(core.AsError(err), words.Names{Now: r.t.env.Now()}).Cause})
	r.dialog.Refit()
	return true
}

// hostOption lets containers know this computer by its name; Docker Desktop does so by itself.
const hostOption = "--add-host=host.docker.internal:host-gateway"

// inDocker is the address that containers use, or would if they were let in.
func (a Address) inDocker() string {
	if a.Docker != "" {
		return a.Docker
	}
	return "http://host.docker.internal:" + strconv.Itoa(a.Setting.Port)
}

// Reached says who else reaches the address.
func (a Address) Reached() string {
	switch {
	case a.NoNetwork != "":
		return kit.T("Other computers cannot reach it: {why}", "why", kit.Say(a.NoNetwork))
	case a.Network != "":
		return kit.T("Containers use {docker}, other computers {network}.", "docker", a.Docker, "network", a.Network)
	case a.Docker != "":
		return kit.T("Containers on this computer use {docker}. It cannot be reached from other computers.", "docker", a.Docker)
	}
	return kit.T("It cannot be reached from other computers, nor from n8n Cloud.")
}
