package rig

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// Adapter is a USB serial adapter (an FTDI FT232, 0403:6001) at a cable that a test
// can pull. Its Conn is the other end of the serial line. Speed and parity do not
// matter to it. Somebody must read the Conn: once some hundred pieces wait there, the
// whole machine stands still. Even who only listens writes: a terminal sends back what
// comes before the program has switched that off.
type Adapter struct {
	net.Conn
	m  *Machine
	id string
	// serial and port are what the adapter says of itself and where it is plugged in.
	serial string
	port   int
}

// Plug plugs a serial adapter with a serial number into a port of the USB host
// controller, 1 to 4. The machine needs a moment to find it.
func (m *Machine) Plug(port int, serial string) *Adapter {
	m.t.Helper()
	a := &Adapter{m: m, id: fmt.Sprintf("adapter%d", port), serial: serial, port: port}
	path := filepath.Join(m.qemu.dir, a.id)
	m.QMP("chardev-add", map[string]any{"id": a.id, "backend": map[string]any{
		"type": "socket", "data": map[string]any{
			"addr":   map[string]any{"type": "unix", "data": map[string]any{"path": path}},
			"server": true, "wait": false,
		},
	}})
	var err error
	if a.Conn, err = net.Dial("unix", path); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { a.Conn.Close() })
	os.Remove(path) // so that the port can be used again
	a.Replug()
	return a
}

// Unplug pulls the cable. What has been written to the Conn and not been read in the
// machine is lost.
func (a *Adapter) Unplug() {
	a.m.t.Helper()
	after := a.m.qmp.seen()
	a.m.QMP("device_del", map[string]any{"id": a.id})
	err := a.m.qmp.await(after, "DEVICE_DELETED", func(data json.RawMessage) bool {
		var d struct{ Device string }
		return json.Unmarshal(data, &d) == nil && d.Device == a.id
	})
	if err != nil {
		a.m.t.Fatal(err)
	}
}

// Replug puts the cable in again, into the port where it was.
func (a *Adapter) Replug() {
	a.m.t.Helper()
	a.m.QMP("device_add", map[string]any{
		"driver": "usb-serial", "id": a.id, "chardev": a.id, "bus": "usb.0", "port": fmt.Sprint(a.port), "serial": a.serial,
	})
}
