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

// An outlet is the printer behind a proxy, as far as it is known. Each of its troubles
// is a fault of its own.
type outlet struct {
	*Proxy
	emit func(context.Context, ...kitchen.Event) error

	mu      sync.Mutex // held while facts are emitted, so that they stay in order
	claims  map[claim]time.Time
	told    [troubles]bool
	why     error // it cannot be reached
	missed  bool  // the last call of a till failed
	calling bool  // somebody calls it until it is back
	open    int   // wires to it
}

// newOutlet knows what was told before, until something speaks against it.
func newOutlet(p *Proxy, emit func(context.Context, ...kitchen.Event) error) *outlet {
	o := &outlet{Proxy: p, emit: emit, claims: map[claim]time.Time{}}
	for t, name := range troubleNames {
		if p.Faulted != nil && p.Faulted("printer/"+p.Name+"/"+name) {
			o.told[t] = true
			o.claims[claim{trouble(t), byLog}] = time.Time{}
		}
	}
	return o
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
		o.here()
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
	o.here()
	o.settle(ctx)
}

// here notes that the printer can be reached.
func (o *outlet) here() {
	delete(o.claims, claim{away, byCall})
	delete(o.claims, claim{away, byLog})
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
			delete(o.claims, claim{c.trouble, byLog})
		}
		if w.ready {
			o.refute()
		}
	}
	o.settle(ctx)
}

// refute drops the claims that are old.
func (o *outlet) refute() {
	for c, at := range o.claims {
		if time.Since(at) > staleAfter {
			delete(o.claims, c)
		}
	}
}

// settle tells what has changed: each trouble begins and ends by itself.
func (o *outlet) settle(ctx context.Context) {
	var is [troubles]bool
	for c := range o.claims {
		is[c.trouble] = true
	}
	var facts []kitchen.Event
	for t, now := range is {
		if now == o.told[t] {
			continue
		}
		device := "printer/" + o.Name + "/" + troubleNames[t]
		e := o.Now().Fact("printer/" + o.Name)
		if now {
			e.Fault = o.fault(trouble(t))
			e.Fault.Device = device
		} else {
			e.Recovered = &kitchen.Recovered{Device: device}
		}
		facts = append(facts, e)
	}
	if len(facts) == 0 {
		return
	}
	if err := o.emit(ctx, facts...); err != nil {
		o.Log.Error("fact was not taken", "error", err)
		return // it is told at the next occasion
	}
	for _, e := range facts {
		if e.Fault != nil {
			o.Log.Warn(e.Fault.Text)
		}
	}
	if is == [troubles]bool{} {
		o.Log.Info("the printer works again", "printer", o.Printer)
	}
	o.told = is
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
