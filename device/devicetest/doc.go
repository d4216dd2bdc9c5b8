// Package devicetest has devices that are not there, for tests of whole daemons.
//
// A [Port] is a serial port whose far end is the test, and whose cable can be
// pulled. A [Listener] is a network with one server. [Playback] plays a capture
// with its pauses. For lines there is periph's gpiotest.Pin.
//
// Everything is memory: in a testing/synctest bubble a goroutine that waits for a
// device lets time pass, where a real pseudo-terminal or socket would stop the
// bubble's clock. Make what you use inside the bubble.
package devicetest
