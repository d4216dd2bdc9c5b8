package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// The codes of a refused command, beside those of the kitchen.
const (
	codeMalformed   = "malformed"   // the body is not what the contract says
	codeTooLarge    = "too_large"   // … or too long
	codeDisabled    = "disabled"    // mqtt.commands does not list it
	codeFull        = "full"        // the log takes nothing now
	codeUnavailable = "unavailable" // cannot be done now: later
)

// refusal is why a command was not done: a code for programs, a text for people.
type refusal struct{ code, text string }

func (r refusal) Error() string { return r.code + ": " + r.text }

// refused is what err is to who sent the command.
func refused(err error) refusal {
	var r refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, buffer.ErrFull):
		return refusal{codeFull, buffer.ErrFull.Error()}
	case errors.Is(err, buffer.ErrTooLarge):
		return refusal{codeTooLarge, buffer.ErrTooLarge.Error()}
	}
	return refusal{codeUnavailable, "the log does not take it now: try again later with the same transaction"}
}

// call is one command as it came.
type call struct {
	name        string
	transaction string
	body        []byte
}

// commands are those of commandNames. Each returns the data of its reply.
var commands = map[string]func(*house, context.Context, call) (any, error){
	"ping":               (*house).commandPing,
	"health":             (*house).commandHealth,
	"config.get":         (*house).commandConfig,
	"ack":                (*house).commandAck,
	"resend":             (*house).commandResend,
	kitchen.CommandReady: (*house).commandMark,
	kitchen.CommandUndo:  (*house).commandMark,
	kitchen.CommandOrder: (*house).commandOrder,

	kitchen.CommandTemplates: (*house).commandTemplates,
	"templates.get":          (*house).commandTemplatesGet,
}

// commandReply is the body on reply/{name}.
type commandReply struct {
	Transaction string        `json:"transaction"`
	Status      string        `json:"status"` // ok or error
	Error       *commandError `json:"error,omitempty"`
	Data        any           `json:"data,omitempty"`
	Time        string        `json:"time"`
	Epoch       string        `json:"epoch"`
}

type commandError struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// command does what the cloud asks for, and returns the reply once that is safe on
// disk. Only a well-formed command that mqtt.commands lists does anything.
func (h *house) command(ctx context.Context, name string, body []byte) []byte {
	reply := commandReply{Status: "ok", Epoch: h.buffer.ID()}
	data, err := any(nil), error(nil)
	reply.Transaction, err = transactionOf(body)
	if err == nil {
		data, err = h.obey(ctx, call{name, reply.Transaction, body})
	}
	result := reply.Status
	if err != nil {
		r := refused(err)
		reply.Status, reply.Error, result = "error", &commandError{r.code, r.text}, r.code
	} else {
		reply.Data = data
	}
	h.metrics.answered(name, result)
	reply.Time = h.clock().At.Format(uplink.TimeLayout)
	out, err := json.Marshal(reply)
	if err != nil {
		h.log.Error("write the reply to a command", "error", err)
	}
	return out
}

// obey does one command.
func (h *house) obey(ctx context.Context, c call) (any, error) {
	switch {
	case !slices.Contains(commandNames, c.name):
		return nil, refusal{kitchen.CodeUnknownCommand, "there is no such command"}
	case !slices.Contains(h.MQTT.Commands, c.name):
		return nil, refusal{codeDisabled, "this command is switched off: mqtt.commands does not list it"}
	}
	return commands[c.name](h, ctx, c)
}

// cloud is the source of what commands say.
const cloud = "cloud"

// done is the data of a reply to what changed the kitchen.
type done struct {
	Order  string `json:"order_id"`
	Merged *bool  `json:"merged,omitempty"`
}

// decide puts a command before the kitchen and returns what it decided, once that
// is on disk.
func (h *house) decide(ctx context.Context, c kitchen.Command) (any, error) {
	return h.decideFor(ctx, cloud, c)
}

// decideFor is decide for who is named by source.
func (h *house) decideFor(ctx context.Context, source string, c kitchen.Command) (any, error) {
	r, err := h.answer(ctx, source, c)
	if err != nil {
		return nil, err
	}
	if r.Error != "" {
		return nil, refusal{r.Error, r.Text}
	}
	d := done{Order: r.Order}
	switch c.Name {
	case kitchen.CommandOrder:
		d.Merged = &r.Merged
	case kitchen.CommandTemplates:
		return worded{Version: r.Version}, nil
	}
	return d, nil
}

// answer puts a command before the kitchen and returns its reply, once that is on disk.
func (h *house) answer(ctx context.Context, source string, c kitchen.Command) (kitchen.Reply, error) {
	c.Transaction = hashedTransaction(h.orderKey, c.Transaction)
	reply, leave := h.replies.expect(c)
	defer leave()
	e := h.clock().Fact(source)
	e.Command = &c
	if err := h.buffer.Append(ctx, e); err != nil {
		h.log.Warn("a command was not taken", "command", c.Name, "error", err)
		return kitchen.Reply{}, err
	}
	select {
	case r := <-reply: // the writer gave it before Append returned
		return r, nil
	default:
		return kitchen.Reply{}, errors.New("the kitchen gave no reply")
	}
}

// hashedTransaction is how the log keeps a transaction: senders put ids of orders
// into it, or worse. It is the first 16 bytes of HMAC-SHA256, in hex.
func hashedTransaction(key []byte, transaction string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("transaction\x00" + transaction)) // so that it is no order key
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// replies hands what the kitchen replied to who waits for it.
type replies struct {
	mu      sync.Mutex
	waiting map[replyKey][]chan kitchen.Reply
}

type replyKey struct{ transaction, name string }

// expect returns where the next reply to c will be, and what to call at the end.
func (r *replies) expect(c kitchen.Command) (<-chan kitchen.Reply, func()) {
	key, ch := replyKey{c.Transaction, c.Name}, make(chan kitchen.Reply, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = map[replyKey][]chan kitchen.Reply{}
	}
	r.waiting[key] = append(r.waiting[key], ch)
	return ch, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting[key] = slices.DeleteFunc(r.waiting[key], func(c chan kitchen.Reply) bool { return c == ch })
		if len(r.waiting[key]) == 0 {
			delete(r.waiting, key)
		}
	}
}

// deliver hands out the replies among committed events.
func (r *replies) deliver(events []kitchen.Event) {
	for _, e := range events {
		if e.Reply != nil {
			r.hand(*e.Reply)
		}
	}
}

// hand gives a reply to all who sent its command: they get the same in any case.
func (r *replies) hand(reply kitchen.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ch := range r.waiting[replyKey{reply.Transaction, reply.Name}] {
		select {
		case ch <- reply:
		default: // has one
		}
	}
}
