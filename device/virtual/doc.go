// Package virtual is a shop without hardware: a till that prints over TCP, a
// scale, buttons and lamps on real pseudo-terminals, and a network link that can
// be cut. The demo and the tests of the real binary drive the daemon with it
// from outside, so nothing in the daemon knows that the hardware is not there.
//
// A device on a pseudo-terminal has a stable name: a symbolic link in a folder
// of the caller's, which disappears when the device is unplugged, as
// /dev/serial/by-id does.
package virtual
