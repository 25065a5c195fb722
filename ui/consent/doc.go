// Package consent asks the person whether an app may read what Linkdesk has
// copied (product W-14). It is asked in the window and never on a web page, so
// no page can be laid over it and no page can press its buttons.
//
//	authserver.Consents -> asker.go (which questions are open, their answers) -> view.go (the dialog)
//
// Nothing is allowed by accident: Enter, Escape and the close of the window over
// a question mean no, and Allow stays off for the first second, so that a press
// that was meant for something else does not count.
package consent
