package scale

import "testing"

// one decodes what must be a single reading of d, or none.
func one(t *testing.T, d Dialect, stream string) string {
	t.Helper()
	return decode(t, d, []byte(stream))
}

// reading is the JSON line of a weight without further flags.
func reading(grams, stable string) string {
	return `{"grams":` + grams + `,"stable":` + stable + `,"net":false,"tare":false,"over":false,"under":false,"error":null}`
}

func TestStGsLines(t *testing.T) {
	for _, test := range []struct{ name, stream, want string }{
		{"decimal comma", "ST,GS,+   1,234kg\r\n", reading("1234", "true")},
		{"comma before the unit (Dini)", "ST,GS,     1.234,kg\r\n", reading("1234", "true")},
		{"address before the header (Dini)", "01ST,GS,    1.234kg\r\n", reading("1234", "true")},
		{"ounces", "ST,GS,+   16.00oz\r\n", reading("454", "true")},
		{"upper case, LF only", "US,GS,+  0.040 KG\n", reading("40", "false")},
		{"minus before spaces", "ST,GS,-   0.005kg\r\n", reading("-5", "true")},
		{"half a gram", "ST,GS,+  0.0005kg\r\n", reading("1", "true")},
		{"minus half a gram", "ST,GS,-  0.0005kg\r\n", reading("-1", "true")},
		{"torn, then whole", "ST,GS,+   1.2ST,GS,+   1.234kg\r\n", reading("1234", "true")},
		{"torn within the header", "S,+   9.234kg\r\nST,GS,+   1.234kg\r\n", reading("1234", "true")},
		{"no unit", "ST,GS,+   1.234\r\n", ""},
		{"pieces, not weight", "QT,+0000012 PC\r\n", ""},
		{"no number", "ST,GS,+        kg\r\n", ""},
		{"two points", "ST,GS,+ 1.2.34kg\r\n", ""},
		{"too heavy to be true", "ST,GS,+99999999999kg\r\n", ""},
		{"headless", "   1.234kg\r\n", ""},
		{"text behind", "ST,GS,+   1.234kg9\r\n", ""},
		{"a damaged digit", "ST,GS,+   1.\x0034kg\r\n", ""},
		{"CAS, number 10 is a line feed", "ST,GS,\x0A\xC0,   1.234 kg\r\n", reading("1234", "true")},
		{"CAS, number 13, lamp like a line feed", "ST,GS,\x0D\x8A,   1.234 kg\r\nST,GS,\x0D\x8A,   1.234 kg\r\n",
			`{"grams":1234,"stable":true,"net":false,"tare":true,"over":false,"under":false,"error":null}` + "\n" +
				`{"grams":1234,"stable":true,"net":false,"tare":true,"over":false,"under":false,"error":null}`},
		{"CAS, number like a digit", "ST,GS,9\xC0,   1.234 kg\r\n", reading("1234", "true")},
		{"header and nothing", "ST,GS,\r\nST,GS,+   1.234kg\r\n", reading("1234", "true")},
		{"under (Dini)", "UL,GS,         ,kg\r\n",
			`{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":true,"error":null}`},
		{"under (A&D)", "OL,-9999999  kg\r\n",
			`{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":true,"error":null}`},
		{"the tare itself", "ST,TR,+   0.350kg\r\n",
			`{"grams":350,"stable":true,"net":false,"tare":true,"over":false,"under":false,"error":null}`},
	} {
		if got := one(t, stGs, test.stream); got != test.want {
			t.Errorf("%s: %q gave %s, want %s", test.name, test.stream, got, test.want)
		}
	}
}

func TestTornLines(t *testing.T) {
	for _, test := range []struct {
		dialect      Dialect
		stream, want string
	}{
		{ohaus, "234 kg      G\r\n      1.234 kg      G\r\n", reading("1234", "true")},
		{ohaus, "      1.234 kg ?  NET\r\n",
			`{"grams":1234,"stable":false,"net":true,"tare":false,"over":false,"under":false,"error":null}`},
		{ohaus, "ES\r\n", `{"grams":null,"stable":null,"net":false,"tare":false,"over":false,"under":false,"error":"the scale did not understand the command"}`},
		{ohaus, "     1.2     1.234 kg\r\n", ""},
		{adam, "   1\x00.234 kg\r\n", ""},
		{adam, "1.234kg\r\n", reading("1234", "true")},
		{adamCPW, "N/W   +  2.00 kg\r\n", `{"grams":2000,"stable":null,"net":true,"tare":false,"over":false,"under":false,"error":null}`},
		{cas10, "  1.234\r\n   1.234\r\n", reading("1234", "null")},
		{cas10, "  -0.250\r\n", reading("-250", "null")},
		{mtSICS, "xS S     -12.50 g\r\n", reading("-13", "true")},
		{mtSICS, "S S -1234.5678 g\r\n", reading("-1235", "true")},
		{mtSICS, "ES\r\n", `{"grams":null,"stable":null,"net":false,"tare":false,"over":false,"under":false,"error":"the scale did not understand the command"}`},
	} {
		if got := one(t, test.dialect, test.stream); got != test.want {
			t.Errorf("%s: %q gave %s, want %s", test.dialect.Name, test.stream, got, test.want)
		}
	}
}
