package ticket

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// A sealed [Unread] is a file: a line that says what it is, 12 random bytes, and the
// slip as JSON, by AES-256-GCM (NIST SP 800-38D) with those bytes as its nonce and the
// line as its additional data. Nothing of it can be read or changed without the key.
const unreadHeader = "readyshelf unread slip 1\n"

// KeySize is the length in bytes of the key of [Unread.Seal].
const KeySize = 32

// Bounds of a slip that is kept: a long one is no order.
const (
	mostUnreadLines = 200
	largestUnread   = 16 << 10 // bytes of JSON
)

// LargestSealed is the length in bytes of the largest file of [Unread.Seal].
const LargestSealed = len(unreadHeader) + 12 + largestUnread + 16

// ErrUnread says that a file is no sealed slip, or none of this key.
var ErrUnread = errors.New("it is damaged, or was kept with another key")

// unreadJSON is what is sealed.
type unreadJSON struct {
	At       time.Time        `json:"at"`
	Printer  string           `json:"printer"`
	Encoding string           `json:"encoding"`
	Ending   string           `json:"ending"`
	Lines    []unreadLineJSON `json:"lines"`
}

type unreadLineJSON struct {
	Text   string `json:"text,omitempty"`
	Width  int    `json:"width,omitempty"` // 1 if it is not there, as Height
	Height int    `json:"height,omitempty"`
	Bold   bool   `json:"bold,omitempty"`
	Align  Align  `json:"align,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Seal encrypts a slip with a key of [KeySize] bytes.
func (u Unread) Seal(key []byte) ([]byte, error) {
	lock, err := lockOf(key)
	if err != nil {
		return nil, err
	}
	j := unreadJSON{At: u.At.UTC().Truncate(time.Second), Printer: u.Printer, Encoding: u.Slip.Encoding, Ending: string(u.Slip.Ending)}
	for _, l := range u.Slip.Lines {
		k := unreadLineJSON{Text: l.Text, Bold: l.Bold, Align: l.Align, Hidden: l.Hidden}
		if l.Width > 1 {
			k.Width = l.Width
		}
		if l.Height > 1 {
			k.Height = l.Height
		}
		j.Lines = append(j.Lines, k)
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("write an unread slip: %w", err)
	}
	if len(j.Lines) > mostUnreadLines || len(text) > largestUnread {
		return nil, fmt.Errorf("the slip has %d lines and %d bytes: that is no order", len(j.Lines), len(text))
	}
	return lock.Seal([]byte(unreadHeader), nil, text, []byte(unreadHeader)), nil
}

// OpenUnread reads what [Unread.Seal] has written; it is [ErrUnread] if that cannot be.
func OpenUnread(file, key []byte) (u Unread, err error) {
	lock, err := lockOf(key)
	if err != nil {
		return u, err
	}
	sealed, ok := bytes.CutPrefix(file, []byte(unreadHeader))
	if !ok || len(file) > LargestSealed {
		return u, ErrUnread
	}
	text, err := lock.Open(nil, nil, sealed, []byte(unreadHeader))
	if err != nil {
		return u, ErrUnread
	}
	return parseUnread(text)
}

// lockOf draws a nonce for each slip, and puts it before the slip.
func lockOf(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use the key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// parseUnread reads a slip that was opened. Who has the key may have written anything.
func parseUnread(text []byte) (u Unread, err error) {
	var j unreadJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return u, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	if len(j.Lines) > mostUnreadLines {
		return u, fmt.Errorf("%w: it has %d lines", ErrUnread, len(j.Lines))
	}
	u = Unread{At: j.At, Printer: printable(j.Printer), Slip: Slip{Encoding: printable(j.Encoding), Ending: Ending(printable(j.Ending))}}
	for _, l := range j.Lines {
		u.Slip.Lines = append(u.Slip.Lines, Line{
			Text: printable(l.Text), Width: sizeOf(l.Width), Height: sizeOf(l.Height),
			Bold: l.Bold, Align: min(l.Align, Right), Hidden: l.Hidden,
		})
	}
	return u, nil
}

func sizeOf(n int) int { return max(1, min(n, 8)) }

// printable is s without what a terminal would take for a command.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
