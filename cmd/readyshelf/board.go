package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"readyshelf/board"
)

// boardCmd is `readyshelf board`.
type boardCmd struct {
	Pair    boardPairCmd    `cmd:"" help:"Make a code for one more screen, and say where to open the page."`
	Screens boardScreensCmd `cmd:"" help:"List the screens that are paired."`
	Unpair  boardUnpairCmd  `cmd:"" help:"Send a screen away, or all of them."`
}

// boardPairCmd is `readyshelf board pair`.
type boardPairCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Role   string `default:"staff" enum:"pickup,view,staff,owner" placeholder:"ROLE" help:"What the screen may do: pickup sees what couriers see, view the kitchen, staff also presses, owner also sets up (${default})."`
	Name   string `placeholder:"NAME" help:"What the screen is called here, as pass tablet, by its place and not by a person; the role and a number without it."`
}

// Run asks the daemon for a code and shows it.
func (c *boardPairCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	if conf.Board.Listen == "" {
		return fmt.Errorf(`the board is switched off: write listen = ":8080" below [board] in %s, and restart the daemon`, c.Config)
	}
	if conf.Board.alone() {
		return fmt.Errorf(`the board answers this machine alone: write listen = ":8080" below [board] in %s, and restart the daemon`, c.Config)
	}
	var o board.Offer
	if err := askBoard(ctx, conf, "pair", offerWanted{Role: c.Role, Name: c.Name}, &o); err != nil {
		return fmt.Errorf("pair a screen: %w", err)
	}
	conf.Board.showOffer(s.out, o, ownAddresses())
	return nil
}

// showOffer says what to do on the new screen.
func (c *BoardConfig) showOffer(w io.Writer, o board.Offer, own []string) {
	fmt.Fprintln(w, "On the new screen open")
	for _, at := range c.addresses(own) {
		fmt.Fprintln(w, "  "+at)
	}
	fmt.Fprintf(w, "and type\n\n  %s %s\n\n", o.Code[:len(o.Code)/2], o.Code[len(o.Code)/2:])
	fmt.Fprintf(w, "It is good once, until %s, and makes that screen %q, role %s.\n", o.Until.Local().Format("15:04"), o.Name, o.Role)
}

// boardScreensCmd is `readyshelf board screens`.
type boardScreensCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	JSON   bool   `help:"Print JSON."`
}

// Run lists them.
func (c *boardScreensCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	screens := []board.Screen{}
	if err := askBoard(ctx, conf, "screens", nil, &screens); err != nil {
		return fmt.Errorf("list the screens: %w", err)
	}
	if c.JSON {
		return printJSON(s.out, screens)
	}
	if len(screens) == 0 {
		fmt.Fprintln(s.out, "there are none: readyshelf board pair makes a code for one")
		return nil
	}
	const minute = "2006-01-02 15:04"
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tSINCE\tLAST SEEN")
	for _, p := range screens {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, p.Role, p.Since.In(conf.Timezone).Format(minute), p.Seen.In(conf.Timezone).Format(minute))
	}
	return w.Flush()
}

// boardUnpairCmd is `readyshelf board unpair`.
type boardUnpairCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Name   string `arg:"" help:"The screen, as readyshelf board screens names it; all for every one."`
}

// Run sends it away.
func (c *boardUnpairCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	var gone []board.Screen
	if err := askBoard(ctx, conf, "unpair", unpairing{c.Name}, &gone); err != nil {
		return fmt.Errorf("unpair: %w", err)
	}
	for _, p := range gone {
		fmt.Fprintf(s.out, "%s, role %s, is unpaired\n", p.Name, p.Role)
	}
	return nil
}

// askBoard asks the daemon of conf about its board: body goes as JSON, where there is
// one, and the answer comes into it.
func askBoard(ctx context.Context, conf *Config, what string, body, into any) error {
	log, err := filepath.Abs(filepath.Join(conf.Data, logName))
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	for _, socket := range controlSockets(conf.Data) {
		var resp *http.Response
		if body == nil {
			resp, err = askDaemon(ctx, socket, "/board/"+what)
		} else {
			resp, err = tellDaemon(ctx, socket, "/board/"+what, log, bytes.NewReader(text))
		}
		switch {
		case errors.Is(err, os.ErrPermission):
			return fmt.Errorf("%w; %s", err, asMember)
		case errors.Is(err, errNobody):
			continue
		case err != nil:
			return err
		}
		said, err := io.ReadAll(io.LimitReader(resp.Body, maxNamedFile))
		resp.Body.Close()
		switch {
		case err != nil:
			return err
		case resp.StatusCode == http.StatusMisdirectedRequest || !sameFile(resp.Header.Get(pathHeader), log): // it keeps another log
			continue
		case resp.StatusCode != http.StatusOK:
			return errors.New(strings.TrimSpace(string(said)))
		}
		return json.Unmarshal(said, into)
	}
	return errors.New("the daemon does not run: sudo systemctl start readyshelf")
}
