package board

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"time"
)

// A code pairs one screen. It has eight digits, so that it can be typed at a tablet;
// the limits make up for that: an attacker has five tries of a hundred million.
const (
	codeDigits = 8
	codeLasts  = 10 * time.Minute
	codeTries  = 5 // wrong ones, from whomever, and a code is void
	maxOffers  = 8 // codes at a time

	triesAMinute = 10 // from all addresses together
)

// offer is a code that waits for its screen.
type offer struct {
	code  string
	role  Role
	name  string
	until time.Time
	wrong int // tries
}

// Offer is what somebody needs to pair a screen.
type Offer struct {
	Code string `json:"code"` // 8 digits
	Name string `json:"name"` // that the screen will have
	Role Role   `json:"role"`
	// Until is when the code is void.
	Until time.Time `json:"until"`
}

// Offer makes a code for one screen. Without a name the screen gets one.
func (d *Door) Offer(role Role, name string) (Offer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	if role < Pickup || role > Owner {
		return Offer{}, fmt.Errorf("a screen cannot have the role %s", role)
	}
	if name == "" {
		name = d.freeName(role)
	} else if err := d.checkName(name); err != nil {
		return Offer{}, err
	}
	if len(d.offers) == maxOffers {
		return Offer{}, fmt.Errorf("%d codes wait for their screens: use one of these, or wait until they are void", maxOffers)
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1e8))
	if err != nil {
		return Offer{}, fmt.Errorf("make a code: %w", err)
	}
	o := &offer{code: fmt.Sprintf("%0*d", codeDigits, n), role: role, name: name, until: time.Now().Add(codeLasts)}
	d.offers = append(d.offers, o)
	return Offer{o.code, name, role, o.until}, nil
}

// forget drops the codes that are void. Mu is held.
func (d *Door) forget() {
	now := time.Now()
	d.offers = slices.DeleteFunc(d.offers, func(o *offer) bool { return o.wrong >= codeTries || !now.Before(o.until) })
}

// Why a screen was not paired. That no code waits is not told from a wrong one.
var (
	wrongCode = Refusal{http.StatusForbidden, "code", "this is not the code, or it is void"}
	slowDown  = Refusal{http.StatusTooManyRequests, "slow", "too many tries: wait a minute"}
)

// pair makes a screen of whoever knows a code. From is its address, for the log. The
// error is a [Refusal], or why the screen could not be kept.
func (d *Door) pair(code, from string) (Screen, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.tries.take(time.Now()) {
		if !d.locked {
			d.locked = true
			d.log().Warn("too many codes were tried: for a while only a few are looked at", "from", from)
		}
		return Screen{}, slowDown
	}
	d.locked = d.locked && !d.tries.full()
	d.forget()
	var right *offer
	for _, o := range d.offers { // all of them, so that the time tells nothing
		if subtle.ConstantTimeCompare([]byte(o.code), []byte(code)) == 1 {
			right = o
		}
	}
	if right == nil {
		d.wrong(from)
		return Screen{}, wrongCode
	}
	now := d.now()
	s := Screen{ID: rand.Text(), Name: right.name, Role: right.role, Since: now, Seen: now}
	before := d.screens
	d.screens = append(slices.Clone(before), s)
	if err := d.save(); err != nil {
		d.screens = before
		return Screen{}, err
	}
	d.offers = slices.DeleteFunc(d.offers, func(o *offer) bool { return o == right })
	d.log().Info("a screen was paired", "screen", s.Name, "role", s.Role.String(), "from", from)
	return s, nil
}

// wrong counts a wrong try against each code, since nobody knows which was meant.
func (d *Door) wrong(from string) {
	for _, o := range d.offers {
		if o.wrong++; o.wrong == codeTries {
			d.log().Warn("a pairing code is void: it was guessed at; readyshelf board pair makes another", "screen", o.name, "from", from)
		}
	}
}

// bucket lets a few things pass at once and triesAMinute on the whole. Its zero value
// is full.
type bucket struct {
	used float64 // of triesAMinute
	at   time.Time
}

// take says whether one more may pass.
func (b *bucket) take(now time.Time) bool {
	b.used = max(0, b.used-now.Sub(b.at).Minutes()*triesAMinute)
	b.at = now
	if b.used+1 > triesAMinute {
		return false
	}
	b.used++
	return true
}

// full says that hardly anything has passed of late.
func (b *bucket) full() bool { return b.used <= 1 }
