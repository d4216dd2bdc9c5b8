package main

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// What is shown is what the file would say: read again it is the same.
func TestConfigShown(t *testing.T) {
	c, problems := parseConfig("full.toml", readTestdata(t, "full.toml"), testKnown)
	if problems != nil {
		t.Fatal(problems)
	}
	text, err := toml.Marshal(c.keys())
	if err != nil {
		t.Fatal(err)
	}
	again, problems := parseConfig("full.toml", text, testKnown)
	if problems != nil {
		t.Fatalf("%v in\n%s", problems, text)
	}
	if diff := cmp.Diff(c, again, compareConfig); diff != "" {
		t.Errorf("configured -, shown +\n%s\n%s", diff, text)
	}
	if _, err := json.Marshal(c.keys()); err != nil {
		t.Errorf("as JSON: %v", err)
	}
}

// Each kind of value that a file can have can be shown.
func TestConfigShowsAll(t *testing.T) {
	for kind := range scalars {
		v := reflect.New(kind).Elem()
		if kind.Kind() == reflect.Pointer {
			v = reflect.New(kind.Elem())
		}
		if _, ok := shownScalar(v.Interface()); !ok {
			t.Errorf("%s is not shown", kind)
		}
	}
}

func TestShownValues(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{15 * time.Minute, "15m"}, {720 * time.Hour, "720h"}, {10 * time.Second, "10s"}, {90 * time.Second, "1m30s"}, {time.Duration(0), "0s"},
		{Bytes(64 << 20), "64MiB"}, {Bytes(1000), "1000B"}, {Bytes(0), "0B"}, {Bytes(2 << 30), "2GiB"},
		{Confidence(0), "auto"}, {SerialMode{}, ""}, {SerialMode{9600, 7, 'E', 1}, "9600 7E1"}, {TimeOfDay(4*time.Hour + 5*time.Minute), "04:05"},
	} {
		if got, _ := shownScalar(c.v); got != c.want {
			t.Errorf("%v (%T): got %v, want %s", c.v, c.v, got, c.want)
		}
	}
}
