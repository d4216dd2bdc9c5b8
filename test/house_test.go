package test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "readyshelf/"

// listed is a package as `go list -json` describes it.
type listed struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// packages returns every package of the module.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// arrows says which of our packages a room may import. A room that is not named
// here has no place in the house.
var arrows = map[string][]string{
	"kitchen":                {},
	"kitchen/texts":          {"kitchen"},
	"predict":                {"kitchen"},
	"predict/backtest":       {"kitchen"},
	"buffer":                 {"kitchen"},
	"board":                  {"kitchen"},
	"sync/uplink":            {"kitchen"},
	"sync/uplink/uplinktest": {},
	"sensors":                {"kitchen"},
	"sensors/button":         {"kitchen"},
	"sensors/scale":          {"kitchen"},
	"sensors/ticket":         {"kitchen"},
	"device":                 {},
	"device/devicetest":      {},
	"device/virtual":         {},
	"systemd":                {},
	"cmd/readyshelf": {
		"kitchen", "kitchen/texts", "predict", "predict/backtest", "buffer", "board", "sync/uplink", "sensors", "sensors/button", "sensors/scale",
		"sensors/ticket", "device", "device/virtual", "systemd",
	},
	"test":                  {"kitchen", "predict", "buffer", "sync/uplink", "device"}, // what it reads of logs and alerts; the names of pins
	"test/guests":           {"kitchen", "sensors/ticket"},                             // what its slips become
	"test/lives":            {"kitchen", "predict", "sensors/ticket"},                  // slips, and what becomes of them
	"test/rig":              {"test/rig/wire", "kitchen"},
	"test/rig/agent":        {"test/rig/wire"},
	"test/rig/debian":       {"test/rig", "kitchen", "sync/uplink"},
	"test/rig/guest/edges":  {"device"},
	"test/rig/guest/freeze": {},
	"test/rig/guest/ntp":    {},
	"test/rig/guest/till":   {},
	"test/rig/wire":         {},
}

// fakes may be imported by tests, whoever they belong to.
var fakes = []string{"device/devicetest", "device/virtual", "sync/uplink/uplinktest", "test/guests"}

// proofs may be imported by the tests of a room: what is measured there.
var proofs = map[string][]string{"predict/backtest": {"predict"}}

func TestImportArrows(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		may, known := arrows[room]
		if !known {
			t.Errorf("package %s has no place in the house; if it needs one, give it its arrows here", room)
			continue
		}
		check := func(imports []string, may []string) {
			for _, path := range imports {
				if to, ours := strings.CutPrefix(path, module); ours && to != room && !slices.Contains(may, to) {
					t.Errorf("%s imports %s, which it must not know", room, to)
				}
			}
		}
		check(p.Imports, may)
		check(append(p.TestImports, p.XTestImports...), slices.Concat(may, fakes, proofs[room]))
	}
}

// Only the packages that own a thing may import its library.
func TestLibrariesStayInTheirRooms(t *testing.T) {
	owners := map[string][]string{
		"periph.io/x/host":                    {"device"},
		"go.bug.st/serial":                    {"device"},
		"go.etcd.io/bbolt":                    {"buffer"},
		"github.com/eclipse/paho.mqtt.golang": {"sync/uplink", "sync/uplink/uplinktest", "cmd/readyshelf"},
	}
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			for library, rooms := range owners {
				if strings.HasPrefix(path, library) && !slices.Contains(rooms, room) {
					t.Errorf("%s imports %s, which belongs to %v", room, path, rooms)
				}
			}
			if room == "kitchen" && strings.Contains(strings.Split(path, "/")[0], ".") {
				t.Errorf("kitchen imports %s; it lives on the standard library alone", path)
			}
		}
	}
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	for _, p := range packages(t) {
		said := len(p.GoFiles) == 0 // what only tests is nobody's to read
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			said = said || f.Doc != nil && len(f.Doc.Text()) > 40
		}
		if !said {
			t.Errorf("package %s has no comment that says what it is", p.ImportPath)
		}
	}
}
