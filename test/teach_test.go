package test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// strange are slips of tills that nobody has met, each with how its owner teaches it, what
// changes on the next one, and what is read of that.
var strange = []struct {
	name, slip string
	teach      []string
	next       []string // old, new
	want       string
}{
	{
		"bar", "THEKE UND TERRASSE\nPlatz B4\nBeleg 0815 / 22.11.2026 18:03\nGast Erika Mustermann\n=== WIR BITTEN UM ===\nRadler, gross @2\n.. ohne Eis\nBrezn @1\n=== DANKE ===\nWunsch an alle: flott\n",
		[]string{"--line", "1=THEKE UND TERRASSE", "--has", "1", "--number", "3=0815", "--table", "2", "--ordered", "3", "--notes", "10", "--dishes", "6,8", "--modifiers", "7", "--channel", "dine-in"},
		[]string{"0815", "0822", "B4", "C11", "@1", "@4"}, "0822 C11 [2 Radler, gross (ohne Eis) 4 Brezn] flott",
	},
	{
		"list", "zorbak\nKvin 5\nMirk A-17 ta 19:20\nErika Mustermann\n* Plokkfiskur\n* Fiskisupa\n  > an lauks\n* Skyr\nTuk fira\n",
		[]string{"--has", "9", "--table", "2", "--number", "3=A-17", "--dishes", "5,6,8", "--modifiers", "7"},
		[]string{"Kvin 5", "Kvin 9", "A-17", "BX-3", "Skyr", "Hangikjot"}, "BX-3 9 [1 Plokkfiskur 1 Fiskisupa (an lauks) 1 Hangikjot]",
	},
	{
		"equals", "PINCE UZENET\nHely: 12-es\nSorsz. 447\neste 20:15\nhivja Mustermann\n..........\nGulyas = 2\n  ~ csipos nelkul\nCsusza = 1\n..........\nMegj.: gyorsan kerik\n",
		[]string{"--has", "6", "--line", "1=PINCE UZENET", "--table", "2=12", "--number", "3", "--dishes", "7,9", "--modifiers", "8", "--notes", "11", "--has", "1"},
		[]string{"12-es", "4-es", "447", "451", "= 2", "= 3"}, "451 4 [3 Gulyas (csipos nelkul) 1 Csusza] gyorsan kerik",
	},
	{
		"counted", "Loko: teraso 9\nMendo n-ro B-204\nHoro: 19.45\npor: Mustermann\n1) Supo tomata\n2) Pico granda\n   sen oleo\n3) Pano\n---\nDankon\n",
		[]string{"--has", "2", "--table", "1", "--number", "2=B-204", "--ordered", "3", "--dishes", "5,6,8", "--modifiers", "7"},
		[]string{"B-204", "KX-7", "teraso 9", "teraso 2", "Pano", "Kafo"}, "KX-7 2 [1 Supo tomata 1 Pico granda (sen oleo) 1 Kafo]",
	},
	{
		"columns", "jiko la pwani\nmeza M3 namba 88 saa 12:30\nkwa Erika Mustermann\n~~~~\nPilau ya kuku _____ 2\nNdizi na nyama ____ 1\n   bila pilipili\n~~~~\nasante\n",
		[]string{"--has", "1", "--table", "2=M3", "--number", "2=88", "--ordered", "2", "--dishes", "5,6", "--modifiers", "7"},
		[]string{"M3", "M7", "88", "91", "kuku _____ 2", "kuku _____ 5"}, "91 M7 [5 Pilau ya kuku 1 Ndizi na nyama (bila pilipili)]",
	},
}

// TestTeachBeside walks the whole way of an owner, beside the running daemon: slips that
// nobody understands are kept, taught by their names, and read when they come again,
// without a restart. Their guest is nowhere.
func TestTeachBeside(t *testing.T) {
	dir, printer := t.TempDir(), freePort(t)
	conf, key := filepath.Join(dir, "readyshelf.toml"), filepath.Join(dir, "sample.key")
	say := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(binary, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("readyshelf %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	say("ticket", "samples", "key", key)
	text := fmt.Sprintf("store = \"s\"\nencoding = \"utf8\"\ndata = \"data\"\n[[printer]]\nname = \"kitchen\"\nlisten = %q\n[mqtt]\nbrokers = []\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n[privacy]\nsample_key_file = \"sample.key\"\n", printer)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, binary, "run", "--config", conf)
	put := func(slip string) {
		t.Helper()
		eventually(t, 10*time.Second, "the printer", func() bool { return print(t.Context(), printer, []byte("\x1b@"+slip+"\n\x1dV\x00")) == nil })
	}
	for i, s := range strange {
		for range 3 {
			put(s.slip)
		}
		name := fmt.Sprintf("slip-%d", i+1)
		eventually(t, 10*time.Second, name+" to be kept", func() bool {
			return strings.Contains(say("ticket", "samples", "--config", conf), name+" ")
		})
	}
	if list := say("ticket", "samples", "--config", conf); strings.Count(list, "understood") != len(strange) || strings.Count(list, "\n") != len(strange) {
		t.Errorf("kept are\n%s", list)
	}
	for i, s := range strange {
		out := say(append(append([]string{"ticket", "teach", "--config", conf, "--no-ask", "--name", s.name}, s.teach...), fmt.Sprintf("slip-%d", i+1))...)
		t.Log(out)
		if strings.Contains(out, "Muster") {
			t.Errorf("the guest is shown:\n%s", out)
		}
	}
	eventually(t, 20*time.Second, "the layouts", func() bool { return strings.Contains(p.out.String(), fmt.Sprintf("files=%d refused=0", len(strange))) })
	for _, s := range strange {
		put(strings.NewReplacer(s.next...).Replace(s.slip))
		eventually(t, 10*time.Second, s.name+" to be read as "+s.want, func() bool { return lastTicket(t, dir) == s.want })
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text)+p.out.String(), "Muster") {
			t.Errorf("the guest is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lastTicket is what the last ticket in the log says.
func lastTicket(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command(binary, "log", "dump", "--json", filepath.Join(dir, "data", "readyshelf.db")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var last kitchen.Ticket
	for line := range strings.Lines(string(out)) {
		var e struct{ Ticket *kitchen.Ticket }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Ticket != nil {
			last = *e.Ticket
		}
	}
	var dishes []string
	for _, it := range last.Items {
		dish := fmt.Sprint(it.Qty, " ", it.Name)
		if len(it.Mods) > 0 {
			dish += " (" + strings.Join(it.Mods, ", ") + ")"
		}
		dishes = append(dishes, dish)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %v %s", last.Number, last.Table, dishes, last.Notes))
}
