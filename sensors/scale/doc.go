// Package scale turns the bytes of a scale into facts: something was put on it,
// something was taken away.
//
// A [Dialect] is one protocol: how the line is set, what to send, where a frame
// begins and ends ([bufio.SplitFunc]) and what it says ([Reading]). The dialects
// are pure; each has a file whose comment is its wire format, and the table in
// dialects.go is the list. To add a scale, add such a file and one line there.
//
// A [Scale] owns the conversation with one port, whatever the dialect: it asks,
// listens, drops what is damaged, waits until the weight has settled and compares
// it with the last one that had. Only a change of at least Step leaves the
// package, as a [kitchen.Weight]; the ten readings a second stay in it.
//
// [Decode] reads a recording of a port, and shows every frame.
package scale
