package kitchen

import (
	"fmt"
	"slices"
	"time"
)

// The commands that change the kitchen, as [Command.Name].
const (
	CommandReady     = "ready"         // an order is ready
	CommandUndo      = "undo"          // … and it is not after all
	CommandOrder     = "order"         // an order came in, not on paper
	CommandModel     = "model.import"  // the forecast begins with another store's model
	CommandTemplates = "templates.set" // what alerts say to people
)

// What [Reply.Error] may say.
const (
	CodeNotFound       = "not_found"       // no open order is called that
	CodeAmbiguous      = "ambiguous"       // several are
	CodeConflict       = "conflict"        // it is so already, or the transaction was used otherwise
	CodeBusy           = "busy"            // too many commands in a day
	CodeUnknownCommand = "unknown_command" // no command has that name
)

// Answer is a reply that is given again when its command comes again.
type Answer struct {
	Reply
	At Stamp `json:"at"`
}

// How long an answer is given again, and how many of them are remembered: ten times
// what a busy shop needs in a day. A screen is there when it asks, or gives up: a shop
// with 3,000 orders a day touches ten times as often as others command.
const (
	keepAnswers = 24 * time.Hour
	keepTouches = time.Hour
	maxAnswers  = 5000
)

// holds says whether a must still be given again at now.
func (s *State) holds(a Answer, now Stamp) bool {
	keep := keepAnswers
	if a.Touch {
		keep = keepTouches
	}
	return s.atLeast(a.At, now) < keep
}

// answered returns what was answered to a transaction in the last day.
func (s *State) answered(transaction string, now Stamp) (Reply, bool) {
	for _, a := range s.Answers {
		if a.Transaction == transaction && s.holds(a, now) {
			return a.Reply, true
		}
	}
	return Reply{}, false
}

// crowded says whether no further answer can be remembered at now.
func (s *State) crowded(now Stamp) bool {
	if len(s.Answers) < maxAnswers {
		return false
	}
	return !slices.ContainsFunc(s.Answers, func(a Answer) bool { return !s.holds(a, now) })
}

// applyReply remembers a reply, unless its transaction has one already or it says
// that there is no room for it.
func (s *State) applyReply(at Stamp, r Reply) {
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return !s.holds(a, at) })
	if _, known := s.answered(r.Transaction, at); !known && r.Error != CodeBusy {
		s.Answers = append(s.Answers, Answer{Reply: r, At: at})
	}
}

// command does what is asked for and replies. The same transaction again is given
// the same reply, and nothing else happens.
func (d *step) command(e Event, c *Command) {
	r := Reply{Transaction: c.Transaction, Name: c.Name, Touch: evidence(e.Source) == "touch"}
	switch was, known := d.s.answered(c.Transaction, e.Stamp); {
	case known && was.Name != c.Name:
		r.Error, r.Text = CodeConflict, fmt.Sprintf("this transaction was a %q: take another one", was.Name)
	case known:
		r = was
	case d.s.crowded(e.Stamp):
		r.Error, r.Text = CodeBusy, fmt.Sprintf("there were %d commands in %s: try again later", maxAnswers, keepAnswers)
	default:
		d.obey(e, c, &r)
	}
	d.after = append(d.after, Event{Stamp: e.Stamp, Source: "rule", Reply: &r})
}

// obey does a command that is new.
func (d *step) obey(e Event, c *Command, r *Reply) {
	if c.Name == CommandOrder && c.Ticket != nil {
		r.Order, r.Merged = d.order(e, c.Ticket)
		return
	}
	if c.Name == CommandModel {
		d.seed(e, c, r)
		return
	}
	if c.Name == CommandTemplates && c.Language != "" {
		r.Version = c.Version // State.Apply has them
		return
	}
	switch c.Name {
	case CommandReady, CommandUndo, CommandHandOver:
		d.mark(e, c, r)
	case CommandReturn:
		d.giveBack(e, c, r)
	case CommandRecall:
		d.recall(e, c, r)
	default:
		r.Error, r.Text = CodeUnknownCommand, "the kitchen knows ready, undo, handover, return, recall, order, model.import and templates.set"
	}
}

// mark says of an open order that it is ready, that it is not, or that it was handed over.
func (d *step) mark(e Event, c *Command, r *Reply) {
	o := d.meant(c, r)
	if o == nil {
		return
	}
	r.Order = o.ID
	switch {
	case c.Name == CommandHandOver:
		d.handOver(e, o, r)
	case c.Name == CommandReady && o.Phase == Ready:
		r.Error, r.Text = CodeConflict, "the order is ready already"
	case c.Name == CommandReady:
		d.ready(e, o, evidence(e.Source), "")
	case o.Phase == Cooking:
		r.Error, r.Text = CodeConflict, "the order is not ready, so there is nothing to undo"
	default:
		d.undo(e, o, evidence(e.Source))
	}
}

// seed lets the model begin with another store's, if it can.
func (d *step) seed(e Event, c *Command, r *Reply) {
	m, ok := d.m.(Seeder)
	if !ok {
		r.Error, r.Text = CodeUnknownCommand, "this forecast cannot begin with another's"
		return
	}
	if err := m.Seedable(c.Model, c.Replace); err != nil {
		r.Error, r.Text = CodeConflict, err.Error()
		return
	}
	d.change(e.Stamp, Change{Model: true})
}

// meant returns the one open order that a command is about. Where there is none, or
// more than one, it is nil and r says so.
func (d *step) meant(c *Command, r *Reply) *Order {
	if o := d.s.Orders[c.Order]; o != nil && (c.Channel == "" || c.Channel == o.Channel) {
		if !o.Phase.Open() {
			r.Error, r.Text = CodeNotFound, fmt.Sprintf("the order is not open any more: %s", o.Phase)
			return nil
		}
		return o
	}
	in, loose := d.s.named(&Ticket{Number: c.Order, Channel: c.Channel})
	if len(in) == 0 {
		in = loose
	}
	switch {
	case len(in) == 0:
		r.Error, r.Text = CodeNotFound, "no open order is called that"
		return nil
	case len(in) > 1:
		r.Error, r.Text = CodeAmbiguous, fmt.Sprintf("%d open orders are called that: name the channel, or the order_id", len(in))
		return nil
	}
	return in[0]
}
