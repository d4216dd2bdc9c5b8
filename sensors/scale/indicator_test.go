package scale

import "testing"

// Indicators that stream: XK3190, WorldWeigh, 大华, and DYMO by USB.

func TestXK3190(t *testing.T) {
	over := `{"grams":null,"stable":null,"net":false,"tare":false,"over":true,"under":false,"error":null}`
	under := `{"grams":null,"stable":null,"net":false,"tare":false,"over":false,"under":true,"error":null}`
	net := `{"grams":4139,"stable":null,"net":true,"tare":false,"over":false,"under":false,"error":null}`
	for _, test := range []struct {
		dialect      Dialect
		stream, want string
	}{
		{xk3190EQ, "=000.3000=52.1000", reading("3000", "null")},
		{xk3190EQ, "=521.000-", reading("-125", "null")},
		{xk3190EQ, "=00.3000=000.3000", reading("3000", "null")}, // a character lost
		{xk3190EQ2, "=0003.000", reading("3000", "null")},
		{xk3190EQ2, "=-000.125", reading("-125", "null")},
		{xk3190A12E, "         OL23\r\n", over},
		{xk3190A12E, "         LO\r\n", under},
		{xk3190A12E, "WG004.139kg3E\r\n", ""},
		{xk3190A12E, "WN004.139kg34\r\n", net},
		{xk3190A12Plus, "wn004.139kg\r\n", net},
		{xk3190A12Plus, "ww-04.139kg\r\n", reading("-4139", "null")},
		{xk3190A12Plus, "wx004.139kg\r\n", ""},
		{xk3190A12Plus, "wt004.139kg\r\n", `{"grams":4139,"stable":null,"net":false,"tare":true,"over":false,"under":false,"error":null}`},
		{worldWeigh, "\x01+001.235kg1", reading("1235", "false")},
		{worldWeigh, "\x01+001.235kgA\x01+001.235lb0", reading("560", "true")},
		{dahuaACS, "\r     \n\r00046\n", reading("46", "null")},
		{dahuaACS, "\r 0046\r 0046\n", reading("46", "null")},
		{dymo, "\x03\x01\x02\x00\x14\x00", `{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":false,"error":"the scale reports a fault"}`},
		{dymo, "\x03\x02\x0C\x00\x00\x00", reading("0", "true")},
		{dymo, "\x03\x04\x0C\xFE\xFF\xFF", reading("297262", "true")}, // 655.35 lb
		{dymo, "\x03\x04\x05\x00\x14\x00", ""},
		{dymo, "\x03\x04\x03\x7F\x14\x00", ""},
	} {
		if got := one(t, test.dialect, test.stream); got != test.want {
			t.Errorf("%s: %q gave %s, want %s", test.dialect.Name, test.stream, got, test.want)
		}
	}
}
