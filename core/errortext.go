package core

// ErrorText is what a person reads about a class of error: a title of at most
// 60 characters, the likely cause, and the word on the one button that helps.
// {service}, {data}, {account}, {other}, {time}, {n}, {m}, {port}, {program}
// and {ref} are filled in by whoever shows it.
type ErrorText struct {
	Title  string
	Cause  string
	Button string // empty: nothing to press, it mends itself
	Retry  Retry
}

// Retry says whether and when Linkdesk tries again by itself.
type Retry string

// The retry rules of product section 4.3.
const (
	RetryNever   Retry = "never"   // the person has to do something
	RetryBackoff Retry = "backoff" // 10 s × 3ⁿ up to 30 min, 5 times, then at the next due time
	RetryAt      Retry = "at"      // when the service said
	RetryNetwork Retry = "network" // when the computer is online again
	RetryNextRun Retry = "next_run"
)

var errorTexts = map[Code]ErrorText{
	CodeReauthRequired:  {"{service} needs you to sign in again", "The permission was withdrawn, expired, or the password changed.", "Reauthorize", RetryNever},
	CodeConsentDenied:   {"You did not allow access", "Nothing was changed and nothing is stored.", "Try again", RetryNever},
	CodeConsentTimeout:  {"The sign-in took too long", "No answer came from the browser within 5 minutes. Nothing was changed.", "Try again", RetryNever},
	CodeAccountMismatch: {"That was a different account", "This connection belongs to {account}, but you signed in as {other}. Nothing was changed.", "Try again", RetryNever},
	CodeScopeMissing:    {"{service} did not give permission for {data}", "Other data keeps syncing.", "Reauthorize", RetryNever},
	CodeClientInvalid:   {"{service} does not accept this app's ID or secret", "Check the Client ID and Client Secret in the advanced settings.", "Edit settings", RetryNever},
	CodeRateLimited:     {"{service} asked us to wait", "Continues by itself at {time}.", "", RetryAt},
	CodeServiceDown:     {"{service} has a problem", "Nothing is wrong on this computer. Linkdesk tries again by itself.", "Try now", RetryBackoff},
	CodeOffline:         {"No connection to {service}", "Continues when this computer is online and the service answers.", "Try now", RetryNetwork},
	CodeTLSUntrusted:    {"The connection to {service} could not be trusted", "A proxy or security program may be in between.", "Try now", RetryNever},
	CodeClockWrong:      {"This computer's clock is wrong", "Services refuse requests with a wrong clock. Set date and time in the system settings.", "Try now", RetryNever},
	CodePortBlocked:     {"Another program uses the sign-in address", "A program on this computer already uses port {port}.", "Paste address", RetryNever},
	CodeBrowserFailed:   {"The browser could not be opened", "Copy the link and open it in a browser yourself.", "Copy link", RetryNever},
	CodeKeyring:         {"The password store of this computer is locked", "Your connections are safe. Unlock it, or use a passphrase.", "Unlock", RetryBackoff},
	CodeKeyLost:         {"The key to your sign-ins is missing", "The password store of this computer no longer holds it. Your data is readable; your connections need a new sign-in.", "Start over with the sign-ins", RetryNever},
	CodeStorageFull:     {"Not enough disk space", "Nothing was lost. Free some space; Linkdesk then continues.", "Try again", RetryBackoff},
	CodeStorageBusy:     {"The data file is in use", "Another program holds it. Nothing was lost.", "Try again", RetryBackoff},
	CodeStorageReadOnly: {"Linkdesk may not write to its folder", "The folder or the data file is read-only. Nothing was lost.", "Try again", RetryNever},
	CodeStorageDamaged:  {"The data file is damaged", "Linkdesk did not change it. Restore a backup, or move the file away to start anew.", "", RetryNever},
	CodeStorageNewer:    {"The data was written by a newer Linkdesk", "Install the newer version again. Nothing was changed.", "", RetryNever},
	CodeDataUnexpected:  {"{service} sent data we don't understand", "Records that could not be read were skipped; the others were saved.", "Copy details", RetryNextRun},
	CodeDeleteHeld:      {"Unusual number of removals", "{n} of {m} records are gone at {service}.", "Review", RetryNever},
	CodeWriteConflict:   {"This was changed in both places", "Choose which version to keep.", "Choose", RetryNever},
	CodeCancelled:       {"You stopped this", "What was saved stays.", "Sync now", RetryNever},
	CodeInvalid:         {"That cannot be used", "", "", RetryNever},
	CodeNotFound:        {"That is not there any more", "", "", RetryNever},
	CodeInternal:        {"Something went wrong in Linkdesk", "Your data is safe. Reference {ref}.", "Copy details", RetryNextRun},
}

// Text returns the words of a class; an unknown class has those of CodeInternal.
func (c Code) Text() ErrorText {
	if t, ok := errorTexts[c]; ok {
		return t
	}
	return errorTexts[CodeInternal]
}

// Codes returns every class that has words, for tests and for documents.
func Codes() []Code {
	var all []Code
	for c := range errorTexts {
		all = append(all, c)
	}
	return all
}
