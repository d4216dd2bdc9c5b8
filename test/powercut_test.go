package test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// powerCuts is how often TestPowerCut cuts the power.
var powerCuts = flag.Int("cuts", 200, "how often to cut the power in the model")

// cutsEach is how many cuts are made into one recording.
const cutsEach = 200

// TestPowerCut records what the log really writes and flushes, in which order, and
// cuts the power at random moments: see (*recording).cut for what is left then.
// Every log that is left opens; it is the same log, and has every event that was
// accepted before the cut under its number, and the state of just these events.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("traces a program")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var all tally
	for n := 0; n < *powerCuts; n += cutsEach {
		r, told := recordLog(t, "write", seed+uint64(n))
		all.add(cutAll(t, r, told, min(cutsEach, *powerCuts-n), seed+uint64(n)))
	}
	for _, why := range all.wrong[:min(10, len(all.wrong))] {
		t.Error(why)
	}
	t.Logf("%s", all)
	if all.trimmed == 0 || all.young == 0 || all.states < all.cuts/2 {
		t.Error("too little happened for this to prove anything")
	}
}

// The model must see a program that does not flush, and a medium that only says it
// did. If it did not, the test above would prove nothing.
func TestPowerCutControls(t *testing.T) {
	if testing.Short() {
		t.Skip("traces a program")
	}
	const cuts = 30
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r, told := recordLog(t, "write unsynced", seed)
	unsynced := cutAll(t, r, told, cuts, seed)
	r, told = recordLog(t, "write", seed)
	lying := cutAll(t, r.lying(rand.New(rand.NewPCG(seed, 8))), told, cuts, seed)
	t.Logf("without flushes: %s", unsynced)
	t.Logf("on a medium that lies at times: %s", lying)
	if len(unsynced.wrong) < cuts/4 || len(lying.wrong) == 0 {
		t.Errorf("of %d cuts the model finds %d wrong without flushes, %d on a medium that lies", cuts, len(unsynced.wrong), len(lying.wrong))
	}
}

// tally is what became of cuts.
type tally struct {
	cuts    int
	young   int // before anything was accepted
	trimmed int // after history had gone
	states  int // whose state was held against what the writer said of it
	events  int // accepted before their cut, in all
	wrong   []string
}

func (a *tally) add(b tally) {
	a.cuts, a.young, a.trimmed = a.cuts+b.cuts, a.young+b.young, a.trimmed+b.trimmed
	a.states, a.events, a.wrong = a.states+b.states, a.events+b.events, append(a.wrong, b.wrong...)
}

func (a tally) String() string {
	return fmt.Sprintf("%d power cuts, %d of them in a new log, %d in one that had trimmed; %d accepted events looked for, %d states compared; %d logs are wrong",
		a.cuts, a.young, a.trimmed, a.events, a.states, len(a.wrong))
}

// recordLog lets a child work on a log and returns what it wrote and said.
func recordLog(t *testing.T, role string, seed uint64) (*recording, []statement) {
	t.Helper()
	dir := filepath.Join(torture(t), "log")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), childEnv+"="+role, fmt.Sprintf("%s=%d", childSeed, seed))
	r := trace(t, dir, cmd)
	r.complete(t)
	told, err := statements(r.said)
	if err != nil {
		t.Fatal(err)
	}
	return r, told
}

// statement is a line of a writer, and when it began to say it.
type statement struct {
	what string // log, at, in or read
	seq  uint64
	text string
	at   int
}

func statements(lines []said) ([]statement, error) {
	var out []statement
	for _, line := range lines {
		s := statement{at: line.at}
		what, rest, _ := strings.Cut(strings.TrimSuffix(line.text, "\n"), " ")
		s.what = what
		switch what {
		case "log":
			s.text = rest
		case "at", "in", "read":
			if _, err := fmt.Sscan(rest, &s.seq); err != nil {
				return nil, fmt.Errorf("the writer said %q: %w", line.text, err)
			}
			_, s.text, _ = strings.Cut(rest, " ")
		default:
			return nil, fmt.Errorf("the writer said %q", line.text)
		}
		out = append(out, s)
	}
	return out, nil
}

// cutAll cuts a recording at random moments, a tenth of them before anything was
// accepted, and looks at what is left.
func cutAll(t *testing.T, r *recording, told []statement, cuts int, seed uint64) tally {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 7))
	young := 1 + told[slices.IndexFunc(told, func(s statement) bool { return s.what == "in" })].at
	moments := map[string]int{}
	dir := fastFolder(t)
	var dirs []string
	for i := range cuts {
		at := rnd.IntN(r.moments + 1)
		if i%10 == 0 { // a log is young for a short time only
			at = rnd.IntN(young)
		}
		left := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(left, 0o750); err != nil {
			t.Fatal(err)
		}
		for name, b := range r.cut(at, rnd) {
			if err := os.WriteFile(filepath.Join(left, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		moments[left] = at
		dirs = append(dirs, left)
	}
	sum := tally{cuts: cuts}
	for _, o := range openAll(t, dirs) {
		if why := sum.judge(o, told, moments[o.Dir]); why != "" {
			sum.wrong = append(sum.wrong, fmt.Sprintf("seed %d, cut at %d of %d: %s", seed, moments[o.Dir], r.moments, why))
		}
	}
	return sum
}

// fastFolder returns a folder in memory where there is one: a cut is made from a
// recording, so the medium does not matter any more.
func fastFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "readyshelf-cut-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// openLimit is how long a child may take for one log: a sound one takes milliseconds.
const openLimit = 5 * time.Second

// openAll opens logs in children. One that kills its child, or keeps it for longer
// than openLimit, has that as its error.
func openAll(t *testing.T, dirs []string) []opened {
	t.Helper()
	var all []opened
	for len(all) < len(dirs) {
		rest := dirs[len(all):]
		found, err := openSome(t, rest)
		if all = append(all, found...); len(found) < len(rest) {
			all = append(all, opened{Dir: rest[len(found)], Error: fmt.Sprintf("the process died: %v", err)})
		}
	}
	return all
}

// openSome opens logs in one child, for as long as that lives.
func openSome(t *testing.T, dirs []string) (found []opened, err error) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(os.Args[0], dirs...)
	cmd.Env = append(os.Environ(), childEnv+"=open")
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(openLimit, func() { cmd.Process.Kill() })
	defer late.Stop()
	for dec := json.NewDecoder(out); ; {
		var o opened
		if dec.Decode(&o) != nil {
			break // it ended
		}
		found = append(found, o)
		late.Reset(openLimit)
	}
	if err := cmd.Wait(); err != nil {
		return found, fmt.Errorf("%w %.300s", err, said.String())
	}
	return found, nil
}

// judge says what is wrong with a log that was found after a cut at a moment.
func (a *tally) judge(o opened, told []statement, moment int) string {
	var id string
	var read uint64
	accepted := map[uint64]string{}
	digests := map[uint64]string{}
	for _, s := range told {
		if s.what == "at" {
			digests[s.seq] = s.text
		}
		if s.at > moment {
			continue
		}
		switch s.what {
		case "log":
			id = s.text
		case "in":
			accepted[s.seq] = s.text
		case "read":
			read = max(read, s.seq)
		}
	}
	a.events += len(accepted)
	if len(accepted) == 0 {
		a.young++
	}
	if o.Error != "" {
		return o.Error
	}
	if o.Oldest > 1 {
		a.trimmed++
	}
	if id != "" && (o.ID != id || o.Replaced != "") {
		return fmt.Sprintf("the log was %s and is %s; %s", id, o.ID, o.Replaced)
	}
	if o.Oldest > read+1 {
		return fmt.Sprintf("the log begins with %d, and its follower had not read beyond %d", o.Oldest, read)
	}
	var lost []uint64
	for seq, number := range accepted {
		if seq >= o.Oldest && o.Tickets[seq] != number {
			lost = append(lost, seq)
		}
	}
	if len(lost) > 0 {
		slices.Sort(lost)
		return fmt.Sprintf("%d accepted events are lost, the first is %d of %d", len(lost), lost[0], o.Head)
	}
	if want, known := digests[o.Head]; known && o.Head > 0 {
		a.states++
		if o.Digest != want {
			return fmt.Sprintf("the state at %d is not what it was", o.Head)
		}
	}
	return ""
}
