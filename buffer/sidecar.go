package buffer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// sidecar is what the file beside the log says: which log is there, and how far it
// was when this was written, for the day when the log itself cannot say it any
// more. It is text, a line each:
//
//	iq2wxyvkrgbms          the log's id
//	damaged                a run could not write to the file: the next moves it aside
//	boot 3 7f1c…           the number and the id of the boot
//	head 81342             the last event
//	cursor uplink 81340    what a follower has acknowledged
//	crc 1a2b3c4d           CRC-32C of the lines above, as they are in the file
//
// It is written at the start, with every checkpoint and at the end, and not with
// every commit: so it is right or behind, and never ahead.
type sidecar struct {
	id      string // empty where no log ever was
	damaged bool
	whole   bool // what follows is there and intact
	boot    uint32
	bootID  string
	head    uint64
	cursors map[string]uint64
}

func sidecarPath(path string) string { return path + ".id" }

func readSidecar(path string) (sidecar, error) {
	b, err := os.ReadFile(sidecarPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return sidecar{}, nil
	}
	if err != nil {
		return sidecar{}, fmt.Errorf("read sidecar of log: %w", err)
	}
	return parseSidecar(b), nil
}

// parseSidecar believes the id whatever else there is, and the rest only whole. What
// was emptied as the log may be says that a log was here.
func parseSidecar(b []byte) sidecar {
	c := sidecar{id: unknownID}
	if words := strings.Fields(string(b)); len(words) > 0 {
		c.id = words[0]
		c.damaged = len(words) > 1 && words[1] == "damaged"
	}
	body, sum, ok := bytes.Cut(b, []byte("\ncrc "))
	var crc uint32
	if _, err := fmt.Sscanf(string(sum), "%x", &crc); !ok || err != nil || crc != crc32.Checksum(append(body, '\n'), castagnoli) {
		return c
	}
	full := c
	full.whole, full.cursors = true, map[string]uint64{}
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		var err error
		switch words = append(words, "", "", ""); words[0] {
		case "boot":
			full.bootID = words[2]
			_, err = fmt.Sscan(words[1], &full.boot)
		case "head":
			_, err = fmt.Sscan(words[1], &full.head)
		case "cursor":
			var seq uint64
			_, err = fmt.Sscan(words[2], &seq)
			full.cursors[words[1]] = seq
		}
		if err != nil {
			return c
		}
	}
	return full
}

// unknownID stands for the id of a log that nothing tells any more.
const unknownID = "unknown"

func (c sidecar) text() string {
	var b strings.Builder
	fmt.Fprintln(&b, c.id)
	if c.damaged {
		fmt.Fprintln(&b, "damaged")
	}
	fmt.Fprintln(&b, "boot", c.boot, c.bootID)
	fmt.Fprintln(&b, "head", c.head)
	for _, name := range slices.Sorted(maps.Keys(c.cursors)) {
		fmt.Fprintln(&b, "cursor", name, c.cursors[name])
	}
	return fmt.Sprintf("%scrc %08x\n", b.String(), crc32.Checksum([]byte(b.String()), castagnoli))
}

// write replaces the sidecar of path at once and durably.
func (c sidecar) write(path string) error {
	if err := writeFile(sidecarPath(path), c.text()); err != nil {
		return fmt.Errorf("write sidecar of log: %w", err)
	}
	return nil
}

// mirror notes beside the log how far it is.
func (l *Log) mirror() error {
	l.mu.Lock()
	c := sidecar{id: l.id, boot: l.boot, bootID: l.opts.BootID, head: l.head, cursors: map[string]uint64{}}
	for name, f := range l.cursors {
		c.cursors[name] = f.saved
	}
	l.mu.Unlock()
	return c.write(l.opts.Path)
}

// markDamaged makes the next Open move the log at path aside, if it is that.
func markDamaged(path, id string) error {
	c, err := readSidecar(path)
	if err != nil {
		return err
	}
	if c.id != id {
		c = sidecar{id: id}
	}
	c.damaged = true
	return c.write(path)
}
