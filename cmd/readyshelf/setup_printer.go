package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"readyshelf/device"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// askPrinters asks where tickets come in, and lets the installer print one.
func (s *setup) askPrinters(ctx context.Context) error {
	s.say("\nPrinters: where tickets come in")
	for _, ask := range []func(context.Context) error{s.askListen, s.askTap, s.askGadget} {
		if err := ask(ctx); err != nil {
			return err
		}
	}
	if len(s.want.Printers) == 0 {
		s.say("  no printer: orders can come from the cloud only")
	}
	for _, p := range s.want.Printers {
		if err := s.tryPrinter(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// askListen asks for the extra printer on the network.
func (s *setup) askListen(ctx context.Context) error {
	standard := s.printer(func(p *PrinterConfig) *string { return &p.Listen })
	if standard == none && len(s.want.Printers) == 0 {
		standard = ":9100"
	}
	err := s.put(ctx, question{
		flag: "printer-listen", text: "An extra printer on the network: the port it listens on, or none", given: s.PrinterListen, standard: standard,
		take: func(answer string) error {
			if _, err := strconv.Atoi(answer); err == nil {
				answer = ":" + answer
			}
			return s.setPrinter("kitchen", answer, func(p *PrinterConfig) *string { return &p.Listen })
		},
	})
	if err == nil {
		err = s.askForward(ctx)
	}
	if err != nil {
		return err
	}
	for _, p := range s.want.Printers {
		if host, port, err := net.SplitHostPort(p.Listen); err == nil {
			where := s.addresses()
			if !anyHost(host) {
				where = []string{host}
			}
			what := "one more kitchen printer, ESC/POS, text, at"
			if p.Forward != "" {
				what = "the printer that it has, now at"
			}
			s.say("  in the till: %s %s, port %s", what, cmp.Or(strings.Join(where, " or "), "this machine's address (hostname -I)"), port)
		}
	}
	return nil
}

// askForward asks whether the extra printer stands in the line instead of beside it.
func (s *setup) askForward(ctx context.Context) error {
	at := slices.IndexFunc(s.want.Printers, func(p PrinterConfig) bool { return p.Listen != "" })
	if at < 0 {
		return nil
	}
	return s.put(ctx, question{
		flag: "printer-forward", given: s.PrinterForward, standard: cmp.Or(s.want.Printers[at].Forward, none),
		text: "Stand in the line and hand each job on to a printer: its address, or none. The till then prints nothing when this box has no power",
		take: func(answer string) error {
			switch {
			case answer == none:
				answer = ""
			case !strings.Contains(answer, ":"):
				answer = net.JoinHostPort(answer, "9100")
			}
			return s.change(func(c *Config) { c.Printers[at].Forward = answer })
		},
	})
}

// askTap asks for the serial line of a printer, and how that is set.
func (s *setup) askTap(ctx context.Context) error {
	standard := s.printer(func(p *PrinterConfig) *string { return &p.Serial })
	ports := s.freePorts()
	if len(ports) == 0 && standard == none && s.PrinterSerial == nil {
		return nil
	}
	if s.PrinterSerial == nil && !s.yes {
		s.say("  serial ports:")
		s.listPorts(ports)
	}
	var path string
	err := s.put(ctx, question{
		flag: "printer-serial", text: "A printer's serial line that is tapped: the port or its number, or none", given: s.PrinterSerial, standard: standard,
		take: func(answer string) error {
			path = numbered(ports, answer)
			return s.setPrinter("counter", path, func(p *PrinterConfig) *string { return &p.Serial })
		},
	})
	if err != nil || path == none {
		return err
	}
	at := slices.IndexFunc(s.want.Printers, func(p PrinterConfig) bool { return p.Serial == path })
	return s.put(ctx, question{
		flag: "printer-mode", text: "How that line is set", given: s.PrinterMode,
		standard: scale.Mode(cmp.Or(s.want.Printers[at].Mode, usualTapMode)).String(),
		take: func(answer string) error {
			m, err := scale.ParseMode(answer)
			if err != nil {
				return err
			}
			return s.change(func(c *Config) { c.Printers[at].Mode = SerialMode(m) })
		},
	})
}

// askGadget asks for the USB printer, where the board may be one.
func (s *setup) askGadget(ctx context.Context) error {
	standard := s.printer(func(p *PrinterConfig) *string { return &p.Gadget })
	if standard == none && !s.canBeUSB() && s.PrinterGadget == nil {
		return nil
	}
	return s.put(ctx, question{
		flag: "printer-gadget", text: "This board can be a printer on the till's USB: /dev/g_printer0, or none", given: s.PrinterGadget, standard: standard,
		take: func(answer string) error {
			return s.setPrinter("usb", answer, func(p *PrinterConfig) *string { return &p.Gadget })
		},
	})
}

// printer is the first printer's way in, "none" if there is no such printer.
func (s *setup) printer(way func(*PrinterConfig) *string) string {
	for _, p := range s.want.Printers {
		if v := *way(&p); v != "" {
			return v
		}
	}
	return none
}

// setPrinter gives the first printer of a way in that value; "none" takes it away.
func (s *setup) setPrinter(name, value string, way func(*PrinterConfig) *string) error {
	return s.change(func(c *Config) {
		at := slices.IndexFunc(c.Printers, func(p PrinterConfig) bool { return *way(&p) != "" })
		switch {
		case value == none && at >= 0:
			c.Printers = slices.Delete(c.Printers, at, at+1)
		case value == none:
		case at >= 0:
			*way(&c.Printers[at]) = value
		default:
			p := PrinterConfig{Name: freeName(name, func(n string) bool {
				return slices.ContainsFunc(c.Printers, func(p PrinterConfig) bool { return p.Name == n })
			}), Encoding: c.Encoding}
			*way(&p) = value
			if p.Serial != "" {
				p.Mode = usualTapMode
			}
			c.Printers = append(c.Printers, p)
		}
	})
}

// freeName is name, with a number if it is taken.
func freeName(name string, taken func(string) bool) string {
	free := name
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}

// freePorts are the serial ports that no scale has.
func (s *setup) freePorts() []device.Port {
	ports, err := s.ports()
	if err != nil {
		s.say("  %v", err)
	}
	return slices.DeleteFunc(slices.Clone(ports), func(p device.Port) bool {
		return slices.ContainsFunc(s.want.Scales, func(c ScaleConfig) bool { return isPort(p, c.Serial) })
	})
}

// isPort says whether path is that port.
func isPort(p device.Port, path string) bool {
	return path != "" && (path == p.Path || path == p.Node || sameFile(path, p.Node))
}

// listPorts shows ports with numbers.
func (s *setup) listPorts(ports []device.Port) {
	for i, p := range ports {
		s.say("  %d  %s", i+1, portText(p))
	}
}

// portText is a port with what it says of itself.
func portText(p device.Port) string {
	if about := joined(p.Maker, p.Product); about != "" {
		return p.Path + " (" + about + ")"
	}
	return p.Path
}

// numbered is the path of a port that was named by its number in the list.
func numbered(ports []device.Port, answer string) string {
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(ports) {
		return ports[n-1].Path
	}
	return answer
}

// tryPrinter waits for a ticket, and shows what is understood.
func (s *setup) tryPrinter(ctx context.Context, p PrinterConfig) error {
	layouts, _ := s.have.layouts() // readyshelf check says which are refused
	t := target{
		kind: "printer", path: cmp.Or(p.Listen, p.Serial, p.Gadget), mode: p.Mode, forward: p.Forward,
		options: ticket.Options{Encoding: p.Encoding, CodePages: p.CodePages, Layouts: layouts},
	}
	switch {
	case p.Serial != "":
		t.inlet = overSerial
	case p.Gadget != "":
		t.inlet = overUSB
	}
	understood, remedy := false, ""
	if t.inlet == overUSB {
		remedy = gadgetRemedy
	}
	return s.try(ctx, trial{
		target: t, ask: fmt.Sprintf("  %s: print a ticket now, or press Enter to go on", t.path),
		sense: func(say func(string)) sense {
			return newPrinterSense(t.options, t.inlet, func(_ time.Duration, text string) {
				say(text)
				understood = understood || strings.HasPrefix(text, "understood")
			})
		},
		done: func() bool { return understood }, remedy: remedy,
	})
}
