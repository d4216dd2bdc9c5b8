// Command edges counts the edges on GPIO lines as the driver hands them over. It runs in a
// machine of the rig.
//
//	edges QUIET LINE...
//
// It says "ready", waits until no edge has come for the time QUIET, and prints for each
// line: its name, how many edges came, how many of them said that some before were lost, how
// many led to the level that was there already, and the last level.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/device"
)

func main() {
	log.SetFlags(0)
	quiet, err := time.ParseDuration(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var all []device.Input
	for _, line := range os.Args[2:] {
		all = append(all, device.Input{Line: line, ActiveLow: true})
	}
	inputs := device.NewInputs(all)
	counts := make([]counter, len(all))
	for i, in := range all {
		pin, err := inputs.Open(in.Line)
		if err != nil {
			log.Fatal(err)
		}
		counts[i] = counter{pin: pin, level: pin.Read()}
	}
	fmt.Println("ready")
	var work sync.WaitGroup
	for i := range counts {
		work.Go(func() { counts[i].run(quiet) })
	}
	work.Wait()
	for i, c := range counts {
		if c.err != nil {
			log.Fatal(c.err)
		}
		fmt.Println(all[i].Line, c.edges, c.gaps, c.same, c.level)
	}
}

// counter counts the edges of one line.
type counter struct {
	pin               gpio.PinIn
	edges, gaps, same int
	level             gpio.Level // after the last edge
	err               error
}

// begin is how long the first edge may take.
const begin = time.Minute

// run counts until the line is quiet.
func (c *counter) run(quiet time.Duration) {
	for wait := begin; c.err == nil; wait = quiet {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		e, err := c.pin.(interface {
			NextEdge(context.Context) (device.Edge, error)
		}).NextEdge(ctx)
		over := ctx.Err() != nil
		cancel()
		switch {
		case err == nil:
			c.take(e)
		case over:
			return
		default:
			c.err = err
		}
	}
}

func (c *counter) take(e device.Edge) {
	c.edges++
	if e.Gap {
		c.gaps++
	}
	if e.Level == c.level {
		c.same++
	}
	c.level = e.Level
}
