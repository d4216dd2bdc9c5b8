package scale

import (
	"fmt"
	"strconv"
	"strings"
)

// Mode is how a serial line is set.
type Mode struct {
	Baud     int  // bits per second
	DataBits int  // 7 or 8
	Parity   byte // 'N', 'E' or 'O'
	StopBits int  // 1 or 2
}

// ParseMode reads a mode as people write it: "9600 7E1".
func ParseMode(s string) (Mode, error) {
	bad := fmt.Errorf("mode %q: want baud rate, data bits, parity and stop bits, as in %q", s, "9600 8N1")
	rate, bits, ok := strings.Cut(strings.TrimSpace(s), " ")
	bits = strings.ToUpper(strings.TrimSpace(bits))
	if !ok || len(bits) != 3 {
		return Mode{}, bad
	}
	baud, err := strconv.ParseUint(rate, 10, 32)
	if err != nil || baud < 50 || baud > 4_000_000 {
		return Mode{}, bad
	}
	m := Mode{Baud: int(baud), DataBits: int(bits[0]) - '0', Parity: bits[1], StopBits: int(bits[2]) - '0'}
	if m.DataBits != 7 && m.DataBits != 8 || strings.IndexByte("NEO", m.Parity) < 0 || m.StopBits != 1 && m.StopBits != 2 {
		return Mode{}, bad
	}
	return m, nil
}

// String returns the mode as [ParseMode] reads it, and "" for the zero Mode.
func (m Mode) String() string {
	if m == (Mode{}) {
		return ""
	}
	return fmt.Sprintf("%d %d%c%d", m.Baud, m.DataBits, m.Parity, m.StopBits)
}
