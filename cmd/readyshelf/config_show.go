package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors/scale"
)

// keys returns the configuration as it is in force, by key, with each value as the
// file would have it. There is nothing secret in it: secrets have files of their own.
func (c *Config) keys() map[string]any { return shownTable(reflect.ValueOf(*c)) }

// shownTable is the struct v as a table.
func shownTable(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("toml"); key != "" {
			out[key] = shown(v.Field(i))
		}
	}
	return out
}

// shown is one value as JSON and the file have it.
func shown(v reflect.Value) any {
	if out, ok := shownScalar(v.Interface()); ok {
		return out
	}
	switch v.Kind() {
	case reflect.Struct:
		return shownTable(v)
	case reflect.Slice:
		out := []any{}
		for i := range v.Len() {
			out = append(out, shown(v.Index(i)))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[fmt.Sprint(key)] = shown(v.MapIndex(key))
		}
		return out
	}
	return v.Interface()
}

// shownScalar undoes what [scalars] do.
func shownScalar(v any) (any, bool) {
	switch v := v.(type) {
	case string, int:
		return v, true
	case Confidence:
		if v == 0 {
			return "auto", true
		}
		return float64(v), true
	case Price:
		return float64(v), true
	case Bytes:
		return v.String(), true
	case TimeOfDay:
		d := time.Duration(v)
		return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60), true
	case time.Duration:
		return shownDuration(v), true
	case kitchen.Grams:
		return strconv.Itoa(int(v)) + "g", true
	case SerialMode:
		if v == (SerialMode{}) {
			return "", true
		}
		return scale.Mode(v).String(), true
	case *time.Location:
		return v.String(), true
	case *url.URL:
		return v.Redacted(), true
	case netip.Prefix:
		return v.String(), true
	}
	return nil, false
}

// String is the size in its largest whole unit: "64MiB".
func (b Bytes) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if n := Bytes(sizeUnits[unit]); b != 0 && b%n == 0 {
			return strconv.FormatInt(int64(b/n), 10) + unit
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// shownDuration is d without the units that are zero: "15m".
func shownDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
