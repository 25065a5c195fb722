// Package kit is the look of Linkdesk and the parts its screens are made of.
//
// It stands below all other packages of ui and knows no core service: parts
// take plain data and callbacks. Everything but Dispatcher.Do belongs to the
// window's goroutine. All words go through T, so the catalogues in
// assets/locales can translate them.
//
// A part is made once and then told what to show by Set; what is the same as
// before costs nothing, so a presenter may render its whole state each time.
//
//	env := kit.NewEnv(window, kit.OnWindow{}, time.Now)       // shell, once; tests: kittest.NewEnv(t)
//	window.SetContent(env.Snacks.Over(content)); go env.Ticks.Run(ctx, kit.OnWindow{}, time.Now)
//	app.Settings().SetTheme(kit.NewTheme(kit.FollowSystem))
//
//	kit.T("Checked {when}", "when", kit.Ago(at, now)); kit.N(n, "{n} order", "{n} orders")
//	kit.Number(1204); kit.Money("12.5", "EUR"); kit.When(next, now); kit.Exact(at, now); kit.Took(d)
//
//	kit.NewStatus(kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("Connected"), Detail: "…"})
//	list := kit.NewRowList(kit.RowListOptions{Name: kit.T("Name"), Status: kit.T("Status"), OnOpen: open})
//	list.Set(kit.RowListState{Rows: rows, Filters: chips, Empty: kit.Empty{…}})
//	table := kit.NewDataTable(kit.DataTableOptions{Columns: cols, Length: n, Cells: cells}); table.Reload(sort, true)
//	kit.NewEmpty(kit.Empty{Drawing: kit.DrawingConnections, Title: "…", Text: "…", Actions: []kit.Action{…}})
//	banner := kit.NewBanner(nil); banner.Set(&kit.Notice{Tone: kit.Bad, Text: "…", Actions: []kit.Action{…}})
//	env.Snacks.Show(kit.Snack{Text: "…", Action: kit.T("Undo"), Do: undo, For: 30 * time.Second, Ended: wipe})
//	env.Dialogs.Show(&kit.Dialog{Title: "…", Body: "…", Content: form, Focus: field, Buttons: []kit.DialogButton{
//		{Title: kit.T("Delete"), Do: del, Danger: true}, {Title: kit.T("Cancel"), Enter: true, Cancel: true}}})
//	head := kit.NewPageHeader(kit.Header{Title: "…", Search: "…", OnSearch: f, Primary: &kit.Action{…}})
//	kit.NewCopyField(env, id); kit.NewSecretField(env, secret)  // a core.Secret
//	kit.NewPicker(options, kit.T("Search"), choose); kit.NewChoice(titles, 0, choose)
//	kit.NewSchedulePicker(value, env.Now, changed, contactSupport)
//	bar := kit.NewProgress(cancel); bar.Set(kit.ProgressState{What: "Orders", Done: 1240, Total: 0, Elapsed: d})
//	pane := kit.NewDetailPane(close); pane.Set(kit.Detail{Title: "…", Sections: []kit.Section{…}})
//	side := kit.NewBeside(list); side.Open(pane); kit.ScheduleSentence(schedule)
//	kit.AppIcon(); kit.TrayIcon("attention", mono); kit.NewLink(kit.T("Contact support"), f)
//	kit.Card(content); kit.Surface(list); kit.Badge("New", kit.Attention); kit.NewSpinner()
//	kit.NewText, NewBold, NewSecondary, NewHead, NewTitle, NewMono   // one line, shortened with …
//	kit.NewParagraph, NewNote                                        // wrap; **bold** is bold
//	kit.VStack(gap, …), HStack, Spread, Fill, Inset, Page, Width     // layout on the grid of 4
//	kit.NewEntry, NewSearch, NewSelect, NewCheck, NewButton, NewField // Fyne's, but Escape and F-keys get through
//
// The keys: a focused widget gets them first; what it has no use for reaches
// the window's canvas (Canvas.SetOnTypedKey), or the dialog on top.
//
// Package dialog of Fyne is not used: its dialogs stack and do not take Escape.
package kit
