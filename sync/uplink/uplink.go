package uplink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// ErrTwin is the suspicion that another device uses our client id: the broker
// ended three sessions in a row within 5 s of their beginning.
var ErrTwin = errors.New("another device may use the same client id, or the broker forbids what we publish")

// Uplink ships a log to a broker. Config, Epoch, Now and Follow must be set; the
// functions are called from several goroutines.
type Uplink struct {
	Config
	// Epoch is the log's id, Version the daemon's.
	Epoch   string
	Version string
	// Now tells the time.
	Now func() kitchen.Stamp
	// Follow hands fn the events past the cursor, in order, then new ones as they
	// come, until ctx ends; a second Follow begins behind the cursor again. fn
	// blocks for as long as the broker is slow, so no transaction may be open
	// around it, and it keeps the events. ack(seq) moves the cursor to seq; it is
	// called from another goroutine than fn is, also after fn has returned, but
	// never after Follow has. An error that is not ctx's ends Run.
	Follow func(ctx context.Context, fn func(batch []kitchen.Event, ack func(seq uint64)) error) error
	// Correct returns the best that is known now of when an alert was: a stamp from
	// before its clock was set. It is asked at the alert's first sending; nil, like a
	// stamp that comes back as it was, corrects nothing.
	Correct func(kitchen.Stamp) kitchen.Stamp
	// Say puts an alert into words when its body is made, with the stamp that Correct
	// gave it; nil says nothing, and so does what it returns nil for.
	Say func(kitchen.Event) *kitchen.Texts
	// Board and Health return the JSON of state/board and state/health, or nil for
	// nothing; nil functions too. Board is published at connect, and 10 s apart at
	// least when BoardChanged was sent to; Health at connect, whenever HealthChanged
	// was sent to, and after 5 minutes without. Never close these channels; a buffer
	// of one will do, nil is never.
	Board         func() []byte
	BoardChanged  <-chan struct{}
	Health        func() []byte
	HealthChanged <-chan struct{}
	// Command does what the cloud asks for on <root>/cmd/{name} and returns what is
	// published on <root>/reply/{name}, or nil for nothing; it must return soon when
	// ctx ends. One goroutine calls it, for any name of letters, digits, '.', '_' and
	// '-': what it does not know it answers with an error. body is the message as it
	// came, but for [MaxCommand]. A command or a reply can be lost: who asked
	// asks again, and it is Command that does nothing twice. A nil Command
	// subscribes to nothing.
	Command func(ctx context.Context, name string, body []byte) (reply []byte)
	// SetAside keeps for good that the broker will never get the alert with that seq,
	// because it hung up on it again and again; then the cursor passes it. It can be
	// asked again after an error or a crash. After one nothing more is set aside until
	// the broker acknowledged an alert: one that forbids everything is told by ErrTwin.
	// nil sets nothing aside.
	SetAside func(ctx context.Context, seq uint64, cause error) error
	// Resend brings what the cloud wants again: the alerts between two events, both
	// included, that [Uplink.Read] still finds. They go out under their old ids, as
	// replayed, beside what is new, and the cursor stays. A broken connection makes
	// it begin behind what was acknowledged. Set both or neither.
	Resend <-chan Range
	// Read hands fn the events of a range in order, as far as there are any.
	Read func(ctx context.Context, from, to uint64, fn func([]kitchen.Event) error) error
	// Twin, if set, is handed what the broker keeps as state/health when we come back
	// after ErrTwin, before we publish our own: it may be the other box's. It must be
	// quick.
	Twin func(health []byte)
	// OnState is told when a connection is made, and why there is none when that
	// changes; nil tells nobody. [Cause] has a word for the reason, and [ErrTwin] is
	// worth a look.
	OnState func(connected bool, cause error)
	// Sent is told the seq of each new alert when it has been handed to the connection;
	// nil tells nobody. When the connection ends, what was not acknowledged is not sent.
	Sent func(seq uint64)
	// Acked is told of each alert how long its PUBACK took from its publishing; nil
	// tells nobody. The next one waits until it returns.
	Acked func(took time.Duration)
	// Log may be nil. Secrets and alerts never reach it.
	Log *slog.Logger
	// Rand gives the jitter, in [0, 1); nil means math/rand.
	Rand func() float64
}

// Run ships until ctx ends, and then returns nil. At the end it waits a second
// at most for acknowledgements under way. Settings that cannot work are an error
// at once. Without brokers it does nothing until ctx ends.
func (u *Uplink) Run(ctx context.Context) error {
	if len(u.Brokers) == 0 {
		<-ctx.Done()
		return nil
	}
	r, err := newRunner(u)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer r.running.Wait()
	defer cancel()
	if r.Command != nil {
		r.running.Go(func() { r.obey(ctx) })
	}
	return r.run(ctx)
}

// runner is one Run of an Uplink.
type runner struct {
	Uplink
	brokers []*url.URL
	root    string
	origin  Origin
	bodies  frozen
	inbox   inbox
	again   again
	suspect suspect
	home    home
	wary    bool // the next session looks who else is there
	// running are the goroutines that may outlive a session: who does the commands,
	// and senders for as long as paho keeps them in Publish, which is writeTimeout if
	// the link died at that moment.
	running sync.WaitGroup

	cause string // last told to OnState; empty while connected
}

func newRunner(u *Uplink) (*runner, error) {
	r := &runner{Uplink: *u, origin: Origin{u.Store, u.Device, u.Epoch}, cause: "not yet connected", home: home{wait: homeAfter}}
	r.inbox.todo = make(chan command, maxCommands)
	r.again.moved = make(chan struct{}, 1)
	if u.Now == nil || u.Follow == nil || u.Epoch == "" {
		return nil, errors.New("uplink: Now, Follow and Epoch must be set")
	}
	if (u.Resend == nil) != (u.Read == nil) {
		return nil, errors.New("uplink: Resend and Read must be set together")
	}
	var err error
	if r.root, err = r.Config.root(); err != nil {
		return nil, err
	}
	for _, s := range r.Brokers {
		broker, err := parseBroker(s)
		if err != nil {
			return nil, err
		}
		r.brokers = append(r.brokers, broker)
	}
	if r.Window < 0 || r.MaxRate < 0 {
		return nil, fmt.Errorf("mqtt.window %d, mqtt.max_rate %d: neither can be negative", r.Window, r.MaxRate)
	}
	r.Window = cmp.Or(r.Window, DefaultWindow)
	if r.Correct == nil {
		r.Correct = func(st kitchen.Stamp) kitchen.Stamp { return st }
	}
	if r.Say == nil {
		r.Say = func(kitchen.Event) *kitchen.Texts { return nil }
	}
	if r.Sent == nil {
		r.Sent = func(uint64) {}
	}
	if r.Acked == nil {
		r.Acked = func(time.Duration) {}
	}
	if r.Log == nil {
		r.Log = slog.New(slog.DiscardHandler)
	}
	if r.Rand == nil {
		r.Rand = rand.Float64
	}
	return r, nil
}

// run goes through the brokers, pauses, and does so again.
func (r *runner) run(ctx context.Context) error {
	b := backoff{rand: r.Rand}
	for {
		connected, life, err := r.pass(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if broken := (*followError)(nil); errors.As(err, &broken) {
			return broken.error
		}
		if errors.Is(err, errReturn) {
			r.home.came = true
			r.tell(false, err)
			continue
		}
		pause, twin := b.after(connected, life)
		if r.wary = twin; twin {
			err = fmt.Errorf("%w (%q): %w", ErrTwin, r.Device, err)
		}
		r.tell(false, err)
		sleep(ctx, pause)
	}
}

// pass tries the brokers in order. The first that works gets a session, and pass
// returns after it, with how long it lived and why it ended. One that accepts and
// acknowledges nothing works no more than one that is away: the next gets its turn.
func (r *runner) pass(ctx context.Context) (connected bool, life time.Duration, err error) {
	var failed []error
	for i, broker := range r.brokers {
		since := r.Now().At.Format(TimeLayout)
		l, err := r.connect(ctx, broker, r.status("offline", since))
		lived, useless := time.Duration(0), true
		if err == nil {
			r.Log.Info("connected to the broker", "broker", broker.Host)
			r.tell(true, nil)
			began, s := time.Now(), newSession(r, l, since)
			err = fmt.Errorf("%s: %w", broker.Host, r.serve(ctx, s, i == 0))
			lived, useless = time.Since(began), s.useless(err)
			connected, life = true, lived
		}
		if i == 0 {
			r.home.lived(lived)
		}
		if !useless || ctx.Err() != nil {
			return connected, life, err
		}
		failed = append(failed, err)
		if l != nil && i < len(r.brokers)-1 {
			r.tell(false, err)
		}
	}
	return connected, life, errors.Join(failed...)
}

// serve lives through a session and returns why it ended. One that is not at the
// first broker ends when it is time to go back there.
func (r *runner) serve(ctx context.Context, s *session, first bool) error {
	staying, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	var looking sync.WaitGroup
	if !first {
		looking.Go(func() { s.lookHome(staying, r.home.wait, leave) })
	}
	err := s.run(staying)
	if errors.Is(context.Cause(staying), errReturn) {
		err = errReturn
	}
	leave(nil)
	looking.Wait()
	r.judge(ctx, s.ending, err)
	return err
}

// tell reports a change of the connection, or of the reason for having none.
func (r *runner) tell(connected bool, cause error) {
	text := ""
	if cause != nil {
		text = cause.Error()
	}
	if text == r.cause {
		return
	}
	r.cause = text
	switch {
	case errors.Is(cause, errReturn):
		r.Log.Info("going back to the first broker")
	case !connected:
		r.Log.Warn("no broker", "cause", cause)
	}
	if r.OnState != nil {
		r.OnState(connected, cause)
	}
}
