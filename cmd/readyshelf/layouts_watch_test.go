package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const barLayout = "has = ['WIR BITTEN UM']\nchannel = \"dine-in\"\n[table]\nline = 'Platz (\\w+)'\n[items]\nlines = ['^(?<name>.+) @(?<qty>\\d+)$']\n"

// TestLayoutsLive: a layout that is written counts within ten seconds, without a restart.
// One that somebody breaks changes nothing and is a fault until it is mended; what is
// half written is not looked at.
func TestLayoutsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		dir := t.TempDir()
		b.conf.file = filepath.Join(dir, "readyshelf.toml")
		b.conf.Printers[0].Encoding = "utf8"
		b.up()
		defer func() { b.cancel(); b.down(); b.broker.Close() }()
		file, copies := filepath.Join(dir, layoutsName, "bar.toml"), 0
		write := func(text string) {
			t.Helper()
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		printed := func() string { // how a new slip is read
			t.Helper()
			copies++
			b.print([]byte(strings.ReplaceAll(barSlip, "B4", "T"+strings.Repeat("x", copies)) + "\x1dV\x00"))
			time.Sleep(time.Second)
			synctest.Wait()
			orders := b.house.decider.State.OpenOrders()
			o := orders[len(orders)-1]
			return o.Table + " " + dishList(o.Items)
		}
		fault := func() string {
			for _, f := range b.house.view.get().Faults {
				if f.Device == layoutsFault {
					return f.Text
				}
			}
			return ""
		}
		time.Sleep(time.Second)
		if got := printed(); got != " " {
			t.Fatalf("without the layout %q is read", got)
		}
		write(barLayout)
		time.Sleep(10 * time.Second)
		if got := printed(); got != "Txx 2×Radler, gross, 1×Brezn" || fault() != "" {
			t.Errorf("with the layout %q is read; %s", got, fault())
		}
		for n := range 5 { // somebody types
			write(barLayout[:20+n])
			time.Sleep(layoutsLook)
			if fault() != "" {
				t.Error("what is half written is read")
			}
		}
		write(strings.Replace(barLayout, "channel", "chanel", 1))
		time.Sleep(10 * time.Second)
		if got := printed(); !strings.HasSuffix(got, "x 2×Radler, gross, 1×Brezn") || fault() != "the layout of tickets bar.toml, line 2, is refused; tickets are read as before" {
			t.Errorf("with a broken layout %q is read; %s", got, fault())
		}
		b.restart(time.Second)
		time.Sleep(time.Second)
		if got := printed(); !strings.HasSuffix(got, "x 2×Radler, gross, 1×Brezn") || fault() == "" {
			t.Errorf("after a start %q is read; %s", got, fault())
		}
		write(strings.Replace(barLayout, "Platz (", "Platz T(", 1))
		time.Sleep(10 * time.Second)
		if got := printed(); !strings.HasPrefix(got, "x") || fault() != "" {
			t.Errorf("with the mended layout %q is read; %s", got, fault())
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := printed(); got != " " {
			t.Errorf("with the layout gone %q is read", got)
		}
	})
}

// TestLayoutsUnreadable: a folder that cannot be looked into takes no layout away.
func TestLayoutsUnreadable(t *testing.T) {
	dir := t.TempDir()
	c := Config{Data: filepath.Join(dir, "data"), file: filepath.Join(dir, "readyshelf.toml")}
	kept := filepath.Join(c.keptLayouts(), "bar.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o755), os.WriteFile(kept, []byte(barLayout), 0o644), os.WriteFile(filepath.Join(dir, layoutsName), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	all, refused := c.layouts()
	if names := all.All(); names[0].Name != "bar" || len(refused) != 1 || !strings.HasSuffix(refused[0].Reason, "stay") {
		t.Errorf("%v, refused %v", names[0].Name, refused)
	}
}
