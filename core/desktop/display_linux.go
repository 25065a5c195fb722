package desktop

import (
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

const displayDeadline = 2 * time.Second

// DisplayProblem says why no window can be opened here, or nothing when one
// can. The window library would end the program with a stack trace instead.
func DisplayProblem() string {
	display := os.Getenv("DISPLAY")
	if display == "" {
		return noWindow("there is no graphical display here (DISPLAY is not set)")
	}
	for _, a := range displayAddresses(display) {
		if conn, err := net.DialTimeout(a.network, a.address, displayDeadline); err == nil {
			conn.Close()
			return ""
		}
	}
	return noWindow("the graphical display “" + display + "” does not answer")
}

func noWindow(why string) string {
	return "Linkdesk cannot open its window: " + why + ". Start it on a desktop, or use “linkdesk serve” or “linkdesk demo”."
}

type displayAddress struct{ network, address string }

// displayAddresses are the places where the X server of a DISPLAY such as
// ":0", "unix:1.0" or "host:10.0" listens.
func displayAddresses(display string) []displayAddress {
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		return nil
	}
	host, number := display[:colon], display[colon+1:]
	number, _, _ = strings.Cut(number, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 59535 {
		return nil
	}
	if host != "" && host != "unix" {
		return []displayAddress{{"tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(6000+n))}}
	}
	socket := "/tmp/.X11-unix/X" + number
	return []displayAddress{{"unix", "@" + socket}, {"unix", socket}}
}
