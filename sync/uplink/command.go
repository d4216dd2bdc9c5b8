package uplink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// Commands come at QoS 0 on <root>/cmd/{name}; the reply is their acknowledgement.
// A QoS 1 subscription would buy nothing with a clean session, and some brokers
// keep a consumer on disk for each.

// MaxCommand is the longest body of a command, in bytes. Of a longer one
// [Uplink.Command] gets one byte more than that, and of one of 256 KiB nothing.
const MaxCommand = 64 << 10

const (
	// maxCommands is how many commands wait for their turn; more are dropped.
	maxCommands = 64
	// maxCommandName is the longest name of a command, in bytes.
	maxCommandName = 64
	// refusedQoS in a SUBACK says that the broker forbids the subscription.
	refusedQoS = 0x80
)

// command is a request, and the session to which its reply goes.
type command struct {
	session *session
	name    string
	body    []byte
}

// reply is what is published on <root>/reply/{name}.
type reply struct {
	name string
	body []byte
}

// inbox holds the commands that wait for the one goroutine that does them.
type inbox struct {
	todo chan command

	mu      sync.Mutex
	dropped int    // since there was room for all
	ignored string // what was last said of a message that is no command
	refused bool   // the broker forbids the subscription
}

// obey does the commands, one after the other, until ctx ends. A reply whose link
// is dead is dropped: who asked sends the same transaction again.
func (r *runner) obey(ctx context.Context) {
	for {
		select {
		case c := <-r.inbox.todo:
			if body := r.Command(ctx, c.name, c.body); body != nil {
				c.session.answer(ctx, reply{c.name, body})
			}
		case <-ctx.Done():
			return
		}
	}
}

// answer hands a reply to the sender, as long as there is one.
func (s *session) answer(ctx context.Context, a reply) {
	select {
	case s.replies <- a:
	case <-s.dead.Done():
	case <-ctx.Done():
	}
}

// listen subscribes to the commands. It waits for the broker's word, so that who
// reads that we are online can send one.
func (s *session) listen(ctx context.Context) {
	if s.Command == nil {
		return
	}
	filter := s.root + "/cmd/+"
	token := s.client.Subscribe(filter, 0, s.hear)
	late := time.NewTimer(headTimeout)
	defer late.Stop()
	select {
	case <-token.Done():
	case <-late.C:
		s.kill(errNoAck)
		return
	case <-ctx.Done():
		return
	case <-s.dead.Done():
		return
	}
	if err := token.Error(); err != nil {
		s.kill(fmt.Errorf("subscribe to the commands: %w", s.why(err)))
		return
	}
	granted, ok := token.(*mqtt.SubscribeToken)
	s.inbox.allowed(s.runner, !ok || granted.Result()[filter] != refusedQoS)
}

// allowed says when the broker begins or ceases to forbid the subscription.
func (in *inbox) allowed(r *runner, allowed bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if allowed == in.refused {
		in.refused = !allowed
		if in.refused {
			r.Log.Warn("no commands: the broker forbids the subscription; give this client id the right to read it", "topic", r.root+"/cmd/+")
		} else {
			r.Log.Info("the broker allows commands again")
		}
	}
}

// hear takes a message from the broker. It only queues it: paho waits for it.
func (s *session) hear(_ mqtt.Client, m mqtt.Message) {
	name := strings.TrimPrefix(m.Topic(), s.root+"/cmd/")
	err := checkCommandName(name)
	if m.Retained() {
		err = errRetained
	}
	body := bytes.Clone(m.Payload()[:min(len(m.Payload()), MaxCommand+1)])
	s.inbox.put(s.runner, command{s, name, body}, err)
}

// put queues c unless it is no command, and says once in a row what it does not queue.
func (in *inbox) put(r *runner, c command, noCommand error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if noCommand != nil {
		if said := noCommand.Error(); said != in.ignored {
			in.ignored = said
			r.Log.Warn("a message is no command and is ignored", "cause", noCommand)
		}
		return
	}
	select {
	case in.todo <- c:
		if in.dropped > 0 && len(in.todo) == 1 { // and not whenever one of many was done
			r.Log.Info("there is room for commands again", "dropped", in.dropped)
			in.dropped = 0
		}
	default:
		if in.dropped++; in.dropped == 1 {
			r.Log.Warn("commands are dropped: too many wait", "waiting", maxCommands)
		}
	}
}

// Why a message is no command.
var (
	errTooLong     = fmt.Errorf("it is longer than %d bytes", maxPacket)
	errRetained    = errors.New("it was retained; commands must not be")
	errCommandName = fmt.Errorf("a name is letters, digits, '.', '_' and '-', %d bytes at most", maxCommandName)
)

// checkCommandName keeps names out that could not stand in a topic or a log line.
func checkCommandName(name string) error {
	if name == "" || len(name) > maxCommandName {
		return errCommandName
	}
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && !('0' <= c && c <= '9') && !strings.ContainsRune("._-", rune(c)) {
			return errCommandName
		}
	}
	return nil
}

// sendReply publishes a reply when the window and the pace allow it.
func (s *session) sendReply(ctx context.Context, a reply) {
	if s.ready(ctx) {
		s.push("reply/"+a.name, false, a.body, flight{held: true})
	}
}
