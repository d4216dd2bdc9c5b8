package main

import (
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// knownHere is what this program can do.
var knownHere = known{
	protocols: protocolNames(),
	encodings: ticket.Encodings(),
}

// protocolNames are the names of the protocols that scales may speak.
func protocolNames() []string {
	var names []string
	for _, d := range scale.Dialects() {
		names = append(names, d.Name)
	}
	return names
}
