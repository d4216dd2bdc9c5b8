package board

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// A code pairs one screen. It has eight digits, so that it can be typed at a tablet;
// the limits make up for that: an attacker has a hundred tries of a hundred million while
// it is good, and with one address ten. A wrong code voids none: who guesses would keep all
// others from pairing by it.
const (
	codeDigits = 8
	codeLasts  = 10 * time.Minute
	maxOffers  = 8 // codes at a time
)

// How often somebody may try: wrong ones from one address, and all from all addresses
// together. As many may come at once.
var (
	ownTries = rate{5, 10 * time.Minute}
	allTries = rate{10, time.Minute}
)

// offer is a code that waits for its screen.
type offer struct {
	code  string
	role  Role
	name  string
	until time.Time
}

// Offer is what somebody needs to pair a screen.
type Offer struct {
	Code string `json:"code"` // 8 digits
	Name string `json:"name"` // that the screen will have
	Role Role   `json:"role"`
	// Until is when the code is void.
	Until time.Time `json:"until"`
}

// Offer makes a code for one screen. Without a name the screen gets one. A code that
// already waits for a screen of that name is void: it was lost, or the role was wrong.
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
	d.withdraw(name)
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

// forget drops the codes that are void, and who tried nothing wrong of late. Mu is held.
func (d *Door) forget() {
	now := time.Now()
	d.offers = slices.DeleteFunc(d.offers, func(o *offer) bool { return !now.Before(o.until) })
	maps.DeleteFunc(d.wrong, func(_ netip.Addr, g *guesser) bool { return g.left(ownTries, now) == 0 })
}

// withdraw makes the codes void that wait for a screen of a name, or for [Everybody], and
// returns what they would have become. Mu is held.
func (d *Door) withdraw(name string) (gone []Screen) {
	d.offers = slices.DeleteFunc(d.offers, func(o *offer) bool {
		if name != Everybody && o.name != name {
			return false
		}
		gone = append(gone, Screen{Name: o.name, Role: o.role})
		return true
	})
	return gone
}

// Why a screen was not paired. That no code waits is not told from a wrong one.
var (
	wrongCode = Refusal{http.StatusForbidden, "code", "this is not the code, or it is void"}
	slowDown  = Refusal{http.StatusTooManyRequests, "slow", "too many tries: wait a few minutes"}
)

// pair makes a screen of whoever knows a code. From is its address, for the log. The
// error is a [Refusal], or why the screen could not be kept.
func (d *Door) pair(code, from string) (Screen, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	if !d.mayTry(from) {
		return Screen{}, slowDown
	}
	var right *offer
	for _, o := range d.offers { // all of them, so that the time tells nothing
		if subtle.ConstantTimeCompare([]byte(o.code), []byte(code)) == 1 {
			right = o
		}
	}
	if right == nil {
		d.erred(from)
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

// mayTry says whether a code from an address is looked at. Mu is held.
func (d *Door) mayTry(from string) bool {
	now := time.Now()
	who, _ := neighbor(from)
	if g := d.wrong[who]; g != nil && !g.room(ownTries, now) {
		return false // and the others have theirs
	}
	if !d.tries.room(allTries, now) {
		if !d.locked {
			d.locked = true
			d.log().Warn("too many codes were tried: for a while only a few are looked at", "from", from)
		}
		return false
	}
	d.locked = d.locked && d.tries.left(allTries, now) > 1
	d.tries.put(allTries, now)
	return true
}

// erred counts a wrong code from an address. All together may try so little that few
// addresses are remembered. Mu is held.
func (d *Door) erred(from string) {
	now := time.Now()
	who, _ := neighbor(from)
	g := d.wrong[who]
	if g == nil {
		if d.wrong == nil {
			d.wrong = map[netip.Addr]*guesser{}
		}
		g = &guesser{}
		d.wrong[who] = g
	}
	if g.put(ownTries, now); !g.told && !g.room(ownTries, now) {
		g.told = true
		d.log().Warn("codes are guessed at: for a while none from there is looked at", "from", from)
	}
}

// guesser is where wrong codes came from.
type guesser struct {
	bucket
	told bool // the log was
}

// rate is how many things may pass in a time.
type rate struct {
	most int
	in   time.Duration
}

// bucket holds what passed of late, and empties at a rate.
type bucket struct {
	held float64
	at   time.Time // of held
}

// left is what the bucket still holds.
func (b *bucket) left(r rate, now time.Time) float64 {
	return max(0, b.held-float64(r.most)*float64(now.Sub(b.at))/float64(r.in))
}

// room says whether one more may pass.
func (b *bucket) room(r rate, now time.Time) bool { return b.left(r, now)+1 <= float64(r.most) }

// put counts one that passes.
func (b *bucket) put(r rate, now time.Time) { b.held, b.at = b.left(r, now)+1, now }
