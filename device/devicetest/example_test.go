package devicetest_test

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"readyshelf/device/devicetest"
)

// A scale is on the cable, and then it is not.
func Example() {
	var port devicetest.Port
	serial, err := port.Open() // the daemon's side
	if err != nil {
		fmt.Println(err)
		return
	}
	defer serial.Close()

	go func() {
		devicetest.Playback(context.Background(), &port,
			devicetest.Chunk{Bytes: []byte("ST,GS,+   1.2")},
			devicetest.Chunk{After: time.Millisecond, Bytes: []byte("34kg\r\n")},
		)
	}()
	lines := bufio.NewScanner(serial)
	lines.Scan()
	fmt.Println(lines.Text())

	port.Unplug()
	fmt.Println(lines.Scan(), lines.Err())
	// Output:
	// ST,GS,+   1.234kg
	// false it was unplugged
}
