package ticket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// How often a printer that cannot be reached is called beside the tills, until it is
// back. The first call again also says whether it was more than a moment.
const (
	callAgain = 5 * time.Second
	callLast  = 30 * time.Second
)

// staleAfter is how old a claim must be for a printer that is online, or has taken a
// job, to refute it: what said so is not asked any more.
const staleAfter = time.Minute

// An outlet is the printer behind a proxy, as far as it is known. It is one device
// with one fault at a time: another trouble is told once the first is over.
type outlet struct {
	*Proxy
	up   func()
	emit func(context.Context, ...kitchen.Event) error

	mu      sync.Mutex // held while facts are emitted, so that they stay in order
	claims  map[claim]time.Time
	told    trouble
	why     error // it cannot be reached
	missed  bool  // the last call of a till failed
	calling bool  // somebody calls it until it is back
	open    int   // wires to it
}

// unreachable is told that a call failed. It returns when the printer is back or ctx
// ends, unless another one waits for that already.
func (o *outlet) unreachable(ctx context.Context, err error) {
	o.mu.Lock()
	mine := !o.calling
	o.missed, o.calling = true, true
	o.mu.Unlock()
	if !mine {
		return
	}
	for wait := callAgain; ctx.Err() == nil; wait = min(2*wait, callLast) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if o.again(ctx) {
			return
		}
	}
}

// again calls the printer once. It returns true when nobody needs to call any more.
// Some printers take one connection only: while there is one, nobody calls.
func (o *outlet) again(ctx context.Context) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.missed && o.open > 0 {
		return false
	}
	var err error
	if o.missed {
		err = o.reachable(ctx)
	}
	if ctx.Err() != nil {
		return true
	}
	if err == nil || !o.missed {
		o.calling, o.missed = false, false
		delete(o.claims, claim{away, byCall})
		o.settle(ctx)
		return true
	}
	clear(o.claims) // what it said before it was switched off is no more
	o.claims[claim{away, byCall}] = time.Now()
	o.why = err
	o.settle(ctx)
	return false
}

// reachable calls the printer and hangs up. It lets go of the lock meanwhile.
func (o *outlet) reachable(ctx context.Context) error {
	o.mu.Unlock()
	defer o.mu.Lock()
	c, err := o.call(ctx)
	if err == nil {
		c.Close()
	}
	return err
}

// call calls the printer.
func (p *Proxy) call(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	c, err := p.Dial(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", dialTime)
	}
	return c, err
}

// reached is told that a line to the printer is there.
func (o *outlet) reached(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	o.missed = false
	delete(o.claims, claim{away, byCall})
	o.settle(ctx)
}

// left is told that the line has ended. A printer that took a job in order refutes
// what is no longer said.
func (o *outlet) left(ctx context.Context, job bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open--
	if job {
		o.refute()
	}
	o.settle(ctx)
	o.works()
}

// heard is told what the printer said.
func (o *outlet) heard(ctx context.Context, words []word) {
	if len(words) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range words {
		for c, is := range w.claims {
			if is {
				o.claims[c] = time.Now()
			} else {
				delete(o.claims, c)
			}
		}
		if w.ready {
			o.refute()
		}
	}
	o.settle(ctx)
	o.works()
}

// works says so, if nothing speaks against it.
func (o *outlet) works() {
	if len(o.claims) == 0 {
		o.up()
	}
}

// refute drops the claims that are old.
func (o *outlet) refute() {
	for c, at := range o.claims {
		if time.Since(at) > staleAfter {
			delete(o.claims, c)
		}
	}
}

// worst is the trouble to be told first.
func (o *outlet) worst() trouble {
	first := troubles
	for c := range o.claims {
		first = min(first, c.trouble)
	}
	if first == troubles {
		return fine
	}
	return first
}

// settle tells what has changed.
func (o *outlet) settle(ctx context.Context) {
	for c := range o.claims {
		if c.trouble == o.told {
			return
		}
	}
	next := o.worst()
	if next == o.told {
		return
	}
	device := "printer/" + o.Name
	var facts []kitchen.Event
	if o.told != fine {
		e := o.Now().Fact(device)
		e.Recovered = &kitchen.Recovered{Device: device}
		facts = append(facts, e)
	}
	if next != fine {
		e := o.Now().Fact(device)
		e.Fault = o.fault(next)
		e.Fault.Device = device
		facts = append(facts, e)
	}
	if err := o.emit(ctx, facts...); err != nil {
		o.Log.Error("fact was not taken", "error", err)
		return // it is told at the next occasion
	}
	if next == fine {
		o.Log.Info("the printer works again", "printer", o.Printer)
	} else {
		o.Log.Warn(facts[len(facts)-1].Fault.Text)
	}
	o.told = next
}

// fault is a trouble in words.
func (o *outlet) fault(t trouble) *kitchen.Fault {
	switch t {
	case coverOpen:
		return &kitchen.Fault{Text: "the cover of the printer at " + o.Printer + " is open", Remedy: "close it until it clicks"}
	case noPaper:
		return &kitchen.Fault{
			Text:   "the printer at " + o.Printer + " is out of paper",
			Remedy: "put in a new roll and close the cover; see that the last tickets are complete, and print them again if not",
		}
	case broken:
		return &kitchen.Fault{
			Text:   "the printer at " + o.Printer + " reports an error",
			Remedy: "open it and look for jammed paper or a stuck knife, then switch it off and on",
		}
	}
	return &kitchen.Fault{
		Text: fmt.Sprintf("the printer at %s cannot be reached: %v", o.Printer, o.why),
		Remedy: "switch it on, check its network cable, and that this is still its address; " +
			"to print without the box, set the till to that address",
	}
}
