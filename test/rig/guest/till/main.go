// Command till prints orders at a printer, one after the other, as a busy till does. It
// also knocks at the printer's door all the time, without a care for what becomes of it.
//
//	till ADDRESS FIRST EVERY
//
// It prints the orders FIRST, FIRST+1, …, one EVERY so often. An order that the printer
// has not confirmed in time is printed again. It prints a line for each that was:
//
//	order NUMBER UPTIME    it is stored, says the printer
//	refused UPTIME         nobody listened
//	failed UPTIME WHY      another thing went wrong; the order comes again
//	knocks COUNT           at the end, that is, of standard input
//
// UPTIME is the machine's time since it was switched on, in seconds.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// knockEvery is how often it knocks.
	knockEvery = 50 * time.Millisecond
	// patience is how long a till waits for a printer.
	patience = 30 * time.Second
)

// What a till asks behind its job, and what the printer answers once it has dealt
// with all before it: GS ( H, "I have come to here" (Epson, "ESC/POS Application
// Programming Guide").
const (
	askArrived = "\x1d(H\x06\x0000till"
	arrived    = "\x37\x22till\x00"
)

func main() {
	log.SetFlags(0)
	addr := os.Args[1]
	first, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	every, err := time.ParseDuration(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	stop := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin) // until its end
		close(stop)
	}()
	var knocks atomic.Int64
	var all sync.WaitGroup
	all.Go(func() {
		each(knockEvery, stop, func() {
			knocks.Add(1)
			all.Go(func() { knock(addr) })
		})
	})
	n := first
	each(every, stop, func() {
		if err := printOrder(addr, n); err != nil {
			tell(err)
			return
		}
		fmt.Printf("order %d %.3f\n", n, uptime())
		n++
	})
	all.Wait()
	fmt.Printf("knocks %d\n", knocks.Load())
}

// each does something again and again, until stop.
func each(every time.Duration, stop <-chan struct{}, do func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		do()
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// knock connects and goes away.
func knock(addr string) {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		tell(err)
		return
	}
	c.Close()
}

// tell says what went wrong.
func tell(err error) {
	if errors.Is(err, syscall.ECONNREFUSED) {
		fmt.Printf("refused %.3f\n", uptime())
		return
	}
	fmt.Printf("failed %.3f %v\n", uptime(), err)
}

// printOrder prints order n. Without an error the printer has said that it stored it.
func printOrder(addr string, n int) error {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(c, "\x1b@Order #%d\n2x Soup\n1x Bread\n\x1dV\x01%s", n, askArrived); err != nil {
		return err
	}
	got := make([]byte, len(arrived))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != arrived {
		return fmt.Errorf("the printer answers %q", got)
	}
	return nil
}

// uptime is CLOCK_BOOTTIME in seconds.
func uptime() float64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		log.Fatal(err)
	}
	return time.Duration(ts.Nano()).Seconds()
}
