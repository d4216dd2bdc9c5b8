package main

import (
	"readyshelf/buffer"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// knownHere is what this program can do.
var knownHere = known{
	protocols: protocolNames(),
	encodings: ticket.Encodings(),

	largestLog: buffer.LargestSize,
}

// protocolNames are the names of the protocols that scales on a serial line may
// speak. A protocol without a mode is for another kind of device.
func protocolNames() []string {
	var names []string
	for _, d := range scale.Dialects() {
		if d.Mode != (scale.Mode{}) {
			names = append(names, d.Name)
		}
	}
	return names
}
