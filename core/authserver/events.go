package authserver

// AppChanged says that an app was made, changed, used or deleted, or that its
// secrets, its access or the progress of its set-up changed.
type AppChanged struct {
	ID      AppID
	Deleted bool
}

// ConsentAsked says that an app asks for access: the window comes to the front.
type ConsentAsked struct {
	ID  ConsentID
	App AppID
}

// ConsentEnded says what became of a question.
type ConsentEnded struct {
	ID      ConsentID
	App     AppID
	Outcome Outcome
}

// Subject names the app.
func (e AppChanged) Subject() string { return "app/" + string(e.ID) }

// Subject names the question.
func (e ConsentAsked) Subject() string { return "consent/" + string(e.ID) }

// Subject names the question.
func (e ConsentEnded) Subject() string { return "consent/" + string(e.ID) }
