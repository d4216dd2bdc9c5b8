// Package kitchen says what readings mean: the facts a kitchen produces, the
// orders they add up to, and the alerts that follow.
//
// A source appends an [Event]. [State.Apply] folds it in; [State.Step] decides
// what follows from it, as further events. Apply reads the event alone, never a
// setting or a clock, so a replay of the log gives the same state whatever the
// settings are today. Step may read both, and writes whatever it resolved into
// the events it returns. [Decider] is the two together, as the log calls them.
//
// A [Model] forecasts when an order will be ready. [Record] keeps what it said of each
// order and what became of that: [Worth] is measured by it, and the probability that
// order.soon needs can be learned from it.
//
// The package imports the standard library only, starts no goroutine and reads
// no clock.
package kitchen
