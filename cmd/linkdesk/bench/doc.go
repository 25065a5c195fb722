// Command bench measures Linkdesk as it is: `make bench`. It needs nothing but
// the project and prints figures with the method behind them, nothing else.
//
// Its place in the picture: like cmd/linkdesk it wires the real parts together
// (service.Load -> provider.Client -> syncing.Service -> storage), with a made-up
// shop on the loopback at one end and a real file at the other.
//
// A reader's way: main.go (flags), rounds.go (what is measured, in which order),
// child.go (each measurement is a process of its own, so that processor time and
// memory are its own), engine.go and measure.go (the product), floor.go and
// floorscan.go (the yardstick), http.go, callers.go and floorhttp.go (the same for
// reading back over HTTP), shop.go (the service), report.go (what is printed).
package main
