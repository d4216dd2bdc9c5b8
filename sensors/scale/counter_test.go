package scale

import "testing"

// Scales on a counter: CAS, Pinnacle, Berkel, NCI.

func TestPinnacleFlags(t *testing.T) {
	frame := "\x01\x02S 01.235kgg\x03\x04"
	over := `{"grams":null,"stable":false,"net":false,"tare":false,"over":true,"under":false,"error":null}`
	tared := `{"grams":1235,"stable":true,"net":false,"tare":true,"over":false,"under":false,"error":null}`
	for _, test := range []struct{ name, stream, want string }{
		{"none, the frame of CAS", "\x01\x02S 01.235kgd\x03\x04", reading("1235", "true")},
		{"tare", frame + "\x20", tared},
		{"out of range", frame + "\x40", over},
		{"zero and tare, then no flags", frame + "\x30" + frame, tared + "\n" + reading("1235", "true")},
		{"noise behind is no flag", frame + "\x21", reading("1235", "true")},
		{"bad checksum", "\x01\x02S 01.235kgh\x03\x04" + frame, reading("1235", "true")},
		{"a byte lost", "\x01\x02S 0.235kgg\x03\x04" + frame, reading("1235", "true")},
	} {
		if got := one(t, pinnacleOS2, test.stream); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestCASAnswers(t *testing.T) {
	if got, done := casAP.Answer([]byte{ack}); string(got) != "\x11" || !done {
		t.Errorf("ACK is answered with % X, %v, want 11", got, done)
	}
	if got, done := casAP.Answer([]byte("\x01\x02S 01.235kgd\x03\x04")); got != nil || done {
		t.Errorf("a frame is answered with % X, %v, want nothing", got, done)
	}
}

func TestBerkel(t *testing.T) {
	for _, test := range []struct{ name, stream, want string }{
		{"checksum before the ETX", "\x02i01235\\\x03", reading("1235", "true")},
		{"checksum wrong", "\x02i01235\x03]", ""},
		{"none now", "\x00", reading("null", "false")},
		{"out of range", "\x02y01235\x03L",
			`{"grams":null,"stable":false,"net":false,"tare":false,"over":true,"under":false,"error":null}`},
	} {
		if got := one(t, berkel, test.stream); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	if got, _ := berkel.Answer([]byte("\x02i01235\x03]")); got != nil {
		t.Errorf("a damaged frame is accepted with % X", got)
	}
}

func TestNCIStatus(t *testing.T) {
	for _, test := range []struct{ name, stream, want string }{
		{"over", "\n02\r\x03", `{"grams":null,"stable":false,"net":false,"tare":false,"over":true,"under":false,"error":null}`},
		{"under, with a weight", "\n-000.05lb\r\n01\r\x03", `{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":true,"error":null}`},
		{"a weight in motion", "\n0001.25lb\r\n10\r\x03", reading("567", "false")},
		{"three status bytes", "\n0001.25lb\r\n0p0\r\x03", reading("567", "true")},
		{"calibration", "\n08\r\x03", `{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":false,"error":"the scale has lost its calibration: have it calibrated"}`},
		{"memory", "\n40\r\x03", `{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":false,"error":"the scale's memory is faulty: have it repaired"}`},
		{"torn weight", "\n0001.2\n0001.25lb\r\n00\r\x03", reading("567", "true")},
		{"only the end", "25lb\r\n00\r\x03", reading("null", "false")},
		{"one status byte", "\n0\r\x03", ""},
		{"status not a status", "\nAB\r\x03", ""},
	} {
		if got := one(t, nci, test.stream); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestToledoBR(t *testing.T) {
	if got := one(t, toledoBR, "\x02I1III\x03\x02IIIXI\x03"); got != "" {
		t.Errorf("mixed letters gave %s, want nothing", got)
	}
}

func TestDibalStatus(t *testing.T) {
	line := "991003160000000"
	line += string(rune(xor([]byte(line))))
	if got, want := one(t, dibalEPOS, line+"\r\n"), reading("null", "false"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
