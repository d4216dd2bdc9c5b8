package guests

import (
	"fmt"
	"slices"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// encodings are those of the tongues, by the configuration's names.
var encodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "shift-jis": japanese.ShiftJIS, "cp949": korean.EUCKR,
	"cp437": charmap.CodePage437, "cp858": charmap.CodePage858,
}

// Bytes is the slip as a till sends it: ESC/POS, the number in double size, QR codes
// by GS ( k, a cut. It fails on text that the store's encoding does not have.
func (s Slip) Bytes() ([]byte, error) {
	enc := encodings[s.Tongue.Encoding].NewEncoder()
	out := []byte("\x1b@")
	for i, line := range s.Lines {
		b, err := enc.Bytes([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("%q is not in %s: %w", line, s.Tongue.Encoding, err)
		}
		if i == 1 { // the number
			b = slices.Concat([]byte("\x1d!\x11"), b, []byte("\x1d!\x00"))
		}
		out = append(append(out, b...), '\n')
	}
	for _, c := range s.Codes {
		n := len(c) + 3
		out = append(out, "\x1d(k\x03\x001C\x06"...)
		out = append(out, 0x1d, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
		out = append(append(out, c...), "\x1d(k\x03\x001Q0"...)
	}
	return append(out, "\n\n\x1dV\x42\x00"...), nil
}
