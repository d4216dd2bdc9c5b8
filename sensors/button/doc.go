// Package button turns the edges of a shelf button's contact into gestures.
//
// # Contact
//
// A switch bounces for 1 to 10 ms, a large arcade button for up to 20, and a long
// cable picks up spikes. So a level counts once it has been quiet for the
// debounce time, on the way down and on the way up; what happened is then stamped
// with the first edge of the unrest, which is when the finger moved. Anything that
// settles where it began, however wild, is nothing.
//
// # Gestures
//
// A [kitchen.Down] follows when the contact settled closed. Exactly one of
// [kitchen.Short] (released before [kitchen.HoldTime]) or [kitchen.Hold] (at
// HoldTime, while still held) comes after it. A contact that is closed for
// [StuckTime] is no finger: Run ends with an error, and the next Run waits for the
// release before it counts presses again. The same holds for a contact that is
// closed when Run begins, and one that never comes to rest is an error too.
//
// # Edges
//
// A [gpio.PinIn] says only that there was an edge; its time is when we woke up,
// and its level is read afterwards. A pin that has a method NextEdge is preferred,
// see [Edge]: it hands over each edge with the kernel's time, so that a busy
// machine misjudges nothing. Where the driver debounces, its edges count at once.
//
// WaitForEdge is given finite timeouts only: periph's drivers disagree on what -1
// means (https://github.com/periph/host/issues/78). On a line that has gone it
// returns false at once, for ever; that is noticed and becomes an error.
package button
