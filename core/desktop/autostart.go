package desktop

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Autostart is the entry that starts Linkdesk, hidden, when the person signs
// in to the computer. It is one file of the person's own.
type Autostart struct{ file, content string }

// NewAutostart describes the entry for a program and its arguments, such as
// "--background". It changes nothing yet.
func NewAutostart(exe string, args ...string) (Autostart, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Autostart{}, err
	}
	return autostartFor(runtime.GOOS, os.Getenv, home, append([]string{exe}, args...)), nil
}

// Enabled reports whether exactly this program is started: an entry for a
// moved program, or one that was switched off elsewhere, is not.
func (a Autostart) Enabled() bool {
	b, err := os.ReadFile(a.file)
	return err == nil && string(b) == a.content
}

// Enable writes the entry.
func (a Autostart) Enable() error {
	if err := os.MkdirAll(filepath.Dir(a.file), 0o700); err != nil {
		return folderError(filepath.Dir(a.file), err)
	}
	if err := os.WriteFile(a.file, []byte(a.content), 0o600); err != nil {
		return folderError(filepath.Dir(a.file), err)
	}
	return nil
}

// Disable removes the entry; without one it does nothing.
func (a Autostart) Disable() error {
	if err := os.Remove(a.file); err != nil && !os.IsNotExist(err) {
		return folderError(filepath.Dir(a.file), err)
	}
	return nil
}

// autostartFor is the entry on one system. command is the program and its arguments.
func autostartFor(goos string, env func(string) string, home string, command []string) Autostart {
	switch goos {
	case "windows":
		dir := env("APPDATA")
		if dir == "" {
			dir = filepath.Join(home, "AppData", "Roaming")
		}
		return Autostart{
			filepath.Join(dir, "Microsoft", "Windows", "Start Menu", "Programs", "Startup", "Linkdesk.cmd"),
			"@chcp 65001 >nul\r\n@start \"\" " + quoted(command, cmdQuote) + "\r\n",
		}
	case "darwin":
		return Autostart{filepath.Join(home, "Library", "LaunchAgents", AppID+".plist"), launchAgent(command)}
	}
	dir := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, ".config")
	}
	return Autostart{
		filepath.Join(dir, "autostart", AppID+".desktop"),
		"[Desktop Entry]\nType=Application\nName=Linkdesk\nIcon=" + AppID + "\nExec=" + quoted(command, execQuote) +
			"\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
	}
}

func launchAgent(command []string) string {
	var b strings.Builder
	b.WriteString(xml.Header +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		"<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t<string>" + AppID + "</string>\n\t<key>ProgramArguments</key>\n\t<array>\n")
	for _, arg := range command {
		var escaped bytes.Buffer
		xml.EscapeText(&escaped, []byte(arg)) // a bytes.Buffer never fails
		b.WriteString("\t\t<string>" + escaped.String() + "</string>\n")
	}
	b.WriteString("\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n</dict>\n</plist>\n")
	return b.String()
}

func quoted(command []string, quote func(string) string) string {
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = quote(word)
	}
	return strings.Join(words, " ")
}

// execQuote follows the Desktop Entry Specification, "The Exec key": quoting
// first, then the escapes of a string value; % would begin a field code.
func execQuote(word string) string {
	word = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(word)
	return `"` + strings.NewReplacer(`\`, `\\`, `%`, `%%`).Replace(word) + `"`
}

// cmdQuote is for a batch file. A file name on Windows cannot hold a quote.
func cmdQuote(word string) string { return `"` + strings.ReplaceAll(word, "%", "%%") + `"` }
