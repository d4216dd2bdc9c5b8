package scale_test

import (
	"fmt"
	"strings"

	"readyshelf/sensors/scale"
)

// A recording of a platform scale, whose first line was torn when it began.
func ExampleDecode() {
	recording := strings.NewReader("S,+   1.2kg\r\nUS,GS,+   0.870kg\r\nST,GS,+   1.234kg\r\n")
	dialect, _ := scale.Lookup("st-gs")
	scale.Decode(dialect, recording, func(frame []byte, r scale.Reading, err error) {
		if err != nil {
			r.Fault = err.Error()
		}
		line, _ := scale.MarshalReading(r)
		fmt.Printf("%s\n", line)
	})
	// Output:
	// {"grams":null,"stable":null,"net":false,"tare":false,"over":false,"under":false,"error":"not a frame of this protocol"}
	// {"grams":870,"stable":false,"net":false,"tare":false,"over":false,"under":false,"error":null}
	// {"grams":1234,"stable":true,"net":false,"tare":false,"over":false,"under":false,"error":null}
}
