// Package sensors keeps the things that sense alive, and their facts safe.
//
// A sensor is a package below this one: sensors/button reads a finger,
// sensors/scale a weight, sensors/ticket a slip of paper. Each has a Run that
// opens nothing, reads until something fails, and then returns the error. What
// happens around such a Run is the same for all of them and stands here:
//
//   - [Supervise] runs a [Source] again and again: open, run, on an error wait a
//     little longer than last time, open again. A device that fails is one
//     [kitchen.Fault] fact, however often it is tried; its end is one
//     [kitchen.Recovered] fact, told once it has worked for a while.
//   - [Keeper] stands between the sensors and the log. While the log refuses
//     facts, because the card is full or worn out, it holds them in memory and
//     tries again. For a sensor a refused fact is nothing to end over.
//
// The package opens no device: a Source brings its own Run.
package sensors
