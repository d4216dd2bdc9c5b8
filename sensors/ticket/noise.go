package ticket

import "bytes"

// What is sent to port 9100 and is no print job: a browser or a scanner that
// speaks HTTP, a driver that asks in PJL, a TLS handshake. None of it is a slip.

// noise is dropped until the connection ends or is silent.
type noise struct{}

func newNoise(*Decoder) language { return noise{} }

func (noise) write(p []byte) (int, []byte, bool) { return len(p), nil, false }
func (noise) flush()                             {}

// request is one of HTTP or its like: header lines, an empty line, and as much of
// a body as the header says.
type request struct {
	line   []byte
	body   int64
	inBody bool
}

func newHTTP(*Decoder) language { return &request{} }

func (r *request) flush() {}

func (r *request) write(p []byte) (n int, back []byte, done bool) {
	if r.inBody {
		m := min(r.body, int64(len(p)))
		r.body -= m
		return int(m), nil, r.body == 0
	}
	for i, b := range p {
		if b != lf {
			if len(r.line) < lineLimit {
				r.line = append(r.line, b)
			}
			continue
		}
		line := bytes.TrimRight(r.line, "\r")
		r.line = r.line[:0]
		if len(line) == 0 {
			r.inBody = true
			return i + 1, nil, r.body == 0
		}
		r.header(line)
	}
	return len(p), nil, false
}

func (r *request) header(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if ok && bytes.EqualFold(name, []byte("Content-Length")) {
		r.body = int64(min(max(number(value), 0), rasterLimit))
	}
}

// uel is PJL's "universal exit language".
const uel = "\x1B%-12345X"

func isUEL(h []byte) bool { return string(h) == uel }

// pjl drops lines that begin with @PJL, and gives back anything else.
type pjl struct {
	held []byte
	drop bool
}

func newPJL(*Decoder) language { return &pjl{} }

func (j *pjl) flush() {}

func (j *pjl) write(p []byte) (n int, back []byte, done bool) {
	const begin = "@PJL"
	for i, b := range p {
		switch {
		case j.drop:
			j.drop = b != lf
		case len(j.held) == 0 && (b == cr || b == lf):
		case b != begin[len(j.held)]:
			if len(j.held) == 0 {
				return i, nil, true
			}
			return i, bytes.Clone(j.held), true
		default:
			j.held = append(j.held, b)
			if len(j.held) == len(begin) {
				j.held, j.drop = j.held[:0], true
			}
		}
	}
	return len(p), nil, false
}
