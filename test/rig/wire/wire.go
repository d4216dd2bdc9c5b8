// Package wire is what the rig and its agent in the virtual machine say to each
// other: JSON values, one a line, over a serial port.
package wire

import "time"

// Port is the name of the virtio serial port that they use.
const Port = "rig"

// The verbs of a request.
const (
	Run    = "run"    // Text is a command for sh; its output comes in replies, its exit code in the last
	Input  = "input"  // Data goes to the standard input of run ID; none closes it
	Signal = "signal" // N goes to the process group of run ID
	Put    = "put"    // Data goes to the end of the file Text; N is 0 for the first piece, which empties it
	Get    = "get"    // the file Text comes in replies
	Wake   = "wake"   // a restored machine is told the time At, a boot id Text and randomness Data, 64 bytes
	Clock  = "clock"  // the wall clock is set to At; with an N, the kernel is told that this is right
	Play   = "play"   // Steps are written to the file Text, all of them N times over
	Watch  = "watch"  // the file Text is read again and again; each change comes in a reply, until signal
)

// Request is what the host asks for. Which fields count depends on the verb.
type Request struct {
	ID    int
	Verb  string
	Text  string    `json:",omitempty"`
	Data  []byte    `json:",omitempty"`
	N     int       `json:",omitempty"`
	At    time.Time `json:",omitzero"`
	Steps []Step    `json:",omitempty"`
}

// Step is a value that is written, and how long to wait after it.
type Step struct {
	Value string
	Wait  time.Duration
}

// Reply is an answer, or a part of one.
type Reply struct {
	ID   int
	Out  []byte `json:",omitempty"`
	Done bool   `json:",omitempty"` // nothing more follows
	RC   int    `json:",omitempty"` // a command's exit code, 255 if a signal ended it
	Err  string `json:",omitempty"` // what was asked for could not be done
}
