package board

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Screen is a browser that was paired: a tablet at the pass, the owner's phone.
type Screen struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role Role   `json:"role"`
	// Since is when it was paired, Seen when it last asked for anything.
	Since time.Time `json:"since"`
	Seen  time.Time `json:"seen"`
}

// Door knows the screens that may come in from elsewhere, and pairs new ones. Set its
// fields before its first use and leave them. Its methods may be called at once by
// several goroutines.
type Door struct {
	// Key signs the sessions: 32 random bytes that outlive the daemon.
	Key []byte
	// Save keeps the screens, so that they are there after a restart. It is called
	// with each change, and for each screen once a day at most for when it was seen.
	Save func([]Screen) error
	// Now is the wall clock, time.Now if nil. Sessions are told by it.
	Now func() time.Time
	// Log is told who comes and goes; nil tells nobody.
	Log *slog.Logger

	mu      sync.Mutex
	screens []Screen
	saved   map[string]time.Time // when each was seen, as Save knows
	unkept  time.Time            // when Save last failed; zero if it knows all
	offers  []*offer
	tries   bucket                                  // of codes, from all addresses
	wrong   map[netip.Addr]*guesser                 // codes, by where they came from
	locked  bool                                    // more was tried than may be, and that was said
	inside  map[string]map[*context.CancelFunc]bool // what each screen asks at this moment
}

// Load lets those in that Save kept. It is called once, before all else.
func (d *Door) Load(screens []Screen) {
	d.screens, d.saved = slices.Clone(screens), map[string]time.Time{}
	for _, s := range screens {
		d.saved[s.ID] = s.Seen
	}
}

// Screens returns those that are paired, the oldest first.
func (d *Door) Screens() []Screen {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.screens)
}

// ErrNoScreen says that no screen has a name.
var ErrNoScreen = errors.New("no screen has this name")

// Everybody, in place of a screen's name, means all of them.
const Everybody = "all"

// Unpair sends the screen of a name away, or [Everybody], and what it has open ends. A code
// that waits for a screen of that name is void. It returns those that went, or will not
// come. One that could not be taken out of the file, as the error says, is away all the
// same; the file is tried again while screens come, and with the next Unpair.
func (d *Door) Unpair(name string) ([]Screen, error) {
	d.mu.Lock()
	waited := d.withdraw(name)
	d.mu.Unlock()
	gone, err := d.unpair(func(s Screen) bool { return name == Everybody || s.Name == name })
	gone = append(gone, waited...)
	switch {
	case err != nil:
		return gone, fmt.Errorf("it is away, but would be back if the daemon started anew before this is mended: %w", err)
	case len(gone) == 0 && name != Everybody:
		return nil, fmt.Errorf("%w: %s", ErrNoScreen, name)
	}
	return gone, nil
}

func (d *Door) unpair(who func(Screen) bool) (gone []Screen, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var left []Screen
	for _, s := range d.screens {
		if !who(s) {
			left = append(left, s)
			continue
		}
		gone = append(gone, s)
		for end := range d.inside[s.ID] {
			(*end)()
		}
		d.log().Info("a screen was unpaired", "screen", s.Name, "role", s.Role.String())
	}
	if len(gone) == 0 && d.unkept.IsZero() {
		return nil, nil
	}
	d.screens = left
	return gone, d.save()
}

// save is called with mu held.
func (d *Door) save() error {
	d.saved = map[string]time.Time{}
	for _, s := range d.screens {
		d.saved[s.ID] = s.Seen
	}
	d.unkept = time.Time{}
	if err := d.Save(slices.Clone(d.screens)); err != nil {
		d.unkept = time.Now()
		return fmt.Errorf("keep the list of screens: %w", err)
	}
	return nil
}

// opened returns the screen whose session a text is, and that session. Secure says that
// the text came over TLS.
func (d *Door) opened(text string, secure bool) (Screen, session, bool) {
	s, ok := openSession(d.Key, text)
	now := d.now()
	if !ok || s.secure != secure || now.Unix() >= s.expires {
		return Screen{}, s, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.screens, func(p Screen) bool { return p.ID == s.screen && p.Role == s.role })
	if i < 0 {
		return Screen{}, s, false
	}
	one := &d.screens[i]
	one.Seen = now
	again := !d.unkept.IsZero()
	if due(now.Sub(d.saved[one.ID])) || again && time.Since(d.unkept) >= keepAgain {
		if err := d.save(); err != nil && !again {
			d.log().Warn("when a screen was seen is not kept", "error", err)
		}
	}
	return *one, s, true
}

// issue returns a new session's text for a screen.
func (d *Door) issue(s Screen, secure bool) string {
	now := d.now()
	return session{secure, s.ID, s.Role, now.Unix(), now.Add(lifetime).Unix()}.seal(d.Key)
}

// stale says that a session is due for a new one.
func (d *Door) stale(s session) bool {
	return due(d.now().Sub(time.Unix(s.issued, 0)))
}

// due says whether something of that age is to be renewed. What is of a time to come was
// made by a clock that was wrong.
func due(age time.Duration) bool { return age.Abs() >= renewal }

// stay returns a context that ends when the screen of s is unpaired or s expires, and
// what to call when nothing is asked any more.
func (d *Door) stay(ctx context.Context, s session) (context.Context, func()) {
	ctx, end := context.WithTimeout(ctx, time.Unix(s.expires, 0).Sub(d.now()))
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.screens, func(p Screen) bool { return p.ID == s.screen }) {
		end() // it went meanwhile
		return ctx, end
	}
	if d.inside == nil {
		d.inside = map[string]map[*context.CancelFunc]bool{}
	}
	if d.inside[s.screen] == nil {
		d.inside[s.screen] = map[*context.CancelFunc]bool{}
	}
	d.inside[s.screen][&end] = true
	return ctx, func() {
		end()
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.inside[s.screen], &end)
		if len(d.inside[s.screen]) == 0 {
			delete(d.inside, s.screen)
		}
	}
}

// keepAgain is how long after Save failed it is tried again.
const keepAgain = time.Minute

// maxName is how long the name of a screen may be, in characters.
const maxName = 40

// checkName says what is wrong with a name for a screen. Mu is held.
func (d *Door) checkName(name string) error {
	switch {
	case utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("a screen's name has %d characters at most, that can be printed", maxName)
	case name != strings.TrimSpace(name):
		return errors.New("a screen's name begins and ends with no blank")
	case name == Everybody || name == local:
		return fmt.Errorf("%q cannot be a screen's name: it means something else", name)
	case d.has(name):
		return fmt.Errorf("there is a screen %q already: unpair it, or choose another name", name)
	}
	return nil
}

// has says whether a screen has the name.
func (d *Door) has(name string) bool {
	return slices.ContainsFunc(d.screens, func(s Screen) bool { return s.Name == name })
}

// freeName is a name that no screen has, nor one to come: the role and a number.
func (d *Door) freeName(role Role) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s-%d", role, n)
		if !d.has(name) && !slices.ContainsFunc(d.offers, func(o *offer) bool { return o.name == name }) {
			return name
		}
	}
}

func (d *Door) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

func (d *Door) log() *slog.Logger {
	if d.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Log
}
