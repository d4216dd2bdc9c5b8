package main

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors/ticket"
)

// orderID is how the kitchen names orders: day/channel/number.
var orderID = regexp.MustCompile(`^(?:\d{4}-\d\d-\d\d|boot-\d{1,9})/[a-z-]{1,24}/([0-9A-Za-z#._ -]{1,40})(?:~\d{1,9})?$`)

// namesOrder says whether s is an order's id, or a number as staff call it, and not
// anything else: it goes into the log.
func namesOrder(s string) bool {
	if m := orderID.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	return s == "-" || ticket.Callable(s)
}

// commandMark is ready and undo.
func (h *house) commandMark(ctx context.Context, c call) (any, error) {
	mark, err := c.mark()
	if err != nil {
		return nil, err
	}
	return h.decide(ctx, mark)
}

// commandOrder is an order that a platform sends.
func (h *house) commandOrder(ctx context.Context, c call) (any, error) {
	order, err := c.order(h.orderKey, h.Timezone)
	if err != nil {
		return nil, err
	}
	return h.decide(ctx, order)
}

// mark reads a ready or undo.
func (c call) mark() (kitchen.Command, error) {
	var none kitchen.Command
	var args struct {
		request
		Order   string `json:"order"`
		Channel string `json:"channel"`
	}
	if err := arguments(c.body, &args); err != nil {
		return none, err
	}
	if !namesOrder(args.Order) {
		return none, refusal{codeMalformed, "order: an order_id, or a number that staff call"}
	}
	channel, err := channelArgument(args.Channel)
	if err != nil {
		return none, err
	}
	return kitchen.Command{Transaction: c.transaction, Name: c.name, Order: args.Order, Channel: channel}, nil
}

// channelArgument is the channel that s names.
func channelArgument(s string) (string, error) {
	channel := ticket.Channel(s)
	if s != "" && channel == "" {
		return "", refusal{codeMalformed, "channel: the name of a platform, letters and '-'"}
	}
	return channel, nil
}

// orderArgument is an order as a platform has it.
type orderArgument struct {
	Number     string         `json:"number"`
	Numbers    []string       `json:"numbers"`
	Channel    string         `json:"channel"`
	OrderKey   string         `json:"order_key"`
	PlatformID string         `json:"platform_id"`
	Table      string         `json:"table"`
	Items      []kitchen.Item `json:"items"`
	Value      float64        `json:"value"`
	Notes      string         `json:"notes"`
	Promised   string         `json:"promised"`
	Preorder   bool           `json:"preorder"`
}

// The limits of an order: those of a ticket.
const (
	maxDishes = 200
	maxQty    = 999
	maxValue  = 1e9 // a dinner for twenty in rupiahs or dongs is tens of millions
)

// order reads an order; the key hashes the platform's id, loc is the store's time zone.
func (c call) order(key []byte, loc *time.Location) (kitchen.Command, error) {
	var args struct {
		request
		Order orderArgument `json:"order"`
	}
	if err := arguments(c.body, &args); err != nil {
		return kitchen.Command{}, err
	}
	t, err := args.Order.ticket(key, loc)
	if err != nil {
		return kitchen.Command{}, err
	}
	return kitchen.Command{Transaction: c.transaction, Name: c.name, Ticket: &t}, nil
}

var hashed = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ticket is the order as a slip of it would be read, without persons.
func (o orderArgument) ticket(key []byte, loc *time.Location) (kitchen.Ticket, error) {
	malformed := func(format string, a ...any) (kitchen.Ticket, error) {
		return kitchen.Ticket{}, refusal{codeMalformed, "order." + fmt.Sprintf(format, a...)}
	}
	promised, ok := promiseArgument(o.Promised, loc)
	switch {
	case !ok:
		return malformed(`promised: a time in RFC 3339, or "18:30"`)
	case o.OrderKey != "" && o.PlatformID != "":
		return malformed("order_key and platform_id are two ways to say one thing")
	case o.OrderKey != "" && !hashed.MatchString(o.OrderKey):
		return malformed("order_key: 32 hexadecimal digits in lower case")
	case len(o.Items) > maxDishes:
		return kitchen.Ticket{}, refusal{codeTooLarge, fmt.Sprintf("order.items: %d at most", maxDishes)}
	}
	if o.Value < 0 || o.Value > maxValue {
		return malformed("value: what the order costs, up to %d", int(maxValue))
	}
	for i, it := range o.Items {
		if it.Qty < 1 || it.Qty > maxQty || it.Name == "" {
			return malformed("items[%d]: a name, and a qty from 1 to %d", i, maxQty)
		}
	}
	if _, err := channelArgument(o.Channel); err != nil {
		return malformed("%s", err.(refusal).text)
	}
	t := ticket.Unprinted(kitchen.Ticket{
		Number: o.Number, Numbers: o.Numbers, Channel: o.Channel, OrderKey: o.OrderKey, Table: o.Table,
		Items: o.Items, Value: o.Value, Notes: o.Notes, Promised: promised, Preorder: o.Preorder,
	}, o.PlatformID, key)
	switch {
	case o.Number != "" && t.Number == "" && t.OrderKey == "":
		return malformed("number: what staff call, letters and digits")
	case t.Number == "" && t.Table == "" && len(t.Items) == 0:
		return malformed("number, table or items: one of them is needed")
	}
	return t, nil
}

// promiseArgument is a promised time as tickets have it: a date and a time of the
// store, or a time alone.
func promiseArgument(s string, loc *time.Location) (string, bool) {
	if s == "" {
		return "", true
	}
	if _, err := time.Parse("15:04", s); err == nil {
		return s, true
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "", false
	}
	if loc == nil {
		loc = time.Local
	}
	return at.In(loc).Format("2006-01-02 15:04"), true
}
