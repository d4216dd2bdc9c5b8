package board

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Devices is what the page of the devices needs of the house. All of its functions may be
// called at once by several goroutines.
type Devices struct {
	// All returns how each device does. Each page that is open asks every second, so it
	// looks at nothing that takes long.
	All func() []Device
	// Listen calls hear with what a device says from now on, and every two seconds at
	// least, until ctx ends or hear fails. Of what a till prints no text is among it.
	Listen func(ctx context.Context, device string, hear func([]Line) error) error
	// Try waits until somebody uses the device, for half a minute at most, and returns what
	// came of it. It counts as any use does: a press is a press.
	Try func(ctx context.Context, device string) (Tried, error)
	// Blink lets a light blink for some seconds, and returns when it shows again what it
	// should.
	Blink func(ctx context.Context, device string) error
}

// ErrNoDevice says that no device has a name, or that it cannot do what is asked.
var ErrNoDevice = errors.New("no such device")

// Device is how one does.
type Device struct {
	Name string `json:"name"` // "scale/a1"
	Kind string `json:"kind"` // printer, scale, button, light, broker; other for the rest
	Path string `json:"path"` // what the configuration calls the device itself
	// State is ok, faulty or unopened; of the broker also connecting, or alone where
	// there is none.
	State string `json:"state"`
	// Closed says that the contact of a button is closed; Shows is what a light shows.
	Closed *bool  `json:"closed,omitempty"`
	Shows  string `json:"shows,omitempty"`
	// ByteAge and EventAge are how many seconds ago it last said something, and last said
	// something that became an event; nil is not since the start.
	ByteAge  *float64 `json:"last_byte_s,omitempty"`
	EventAge *float64 `json:"last_event_s,omitempty"`
	// Since is when the broker's state began; Waiting counts the alerts that wait for it.
	Since   *time.Time `json:"since,omitempty"`
	Waiting uint64     `json:"waiting,omitempty"`
	// Findings are what is wrong or odd with it, and what to do.
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is one thing that is wrong with a device.
type Finding struct {
	Bad    bool       `json:"bad"` // it does not work; else it works, and may not for long
	Text   string     `json:"text"`
	Remedy string     `json:"remedy,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
}

// Line is something that a device said, or was told.
type Line struct {
	T   float64 `json:"t"`             // in seconds from the start of listening
	Dir string  `json:"dir,omitempty"` // in: from the device; out: to it
	// Hex are the bytes, Text the same as ASCII. Of what a till prints there is no text,
	// and Hex has a count in brackets for what may be some.
	Hex  string `json:"hex,omitempty"`
	Text string `json:"text,omitempty"`
	More int    `json:"more,omitempty"` // how many bytes follow that are not shown
	// Level is that of a line after an edge.
	Level *bool  `json:"level,omitempty"`
	Means string `json:"means,omitempty"`
	Lost  int    `json:"lost,omitempty"` // how many lines are left out here
}

// Tried is what came when somebody used a device.
type Tried struct {
	// Result is press, ticket or weight; stuck for a button that was not let go of, noise
	// for bytes of which nothing was understood, silence for nothing.
	Result string  `json:"result"`
	Slot   string  `json:"slot,omitempty"`
	Held   float64 `json:"held_s,omitempty"` // how long the button was pressed, in seconds
	Hold   bool    `json:"hold,omitempty"`   // long enough for an undo
	// What a slip was read as.
	Kind     string `json:"kind,omitempty"`
	Channel  string `json:"channel,omitempty"`
	Number   string `json:"number,omitempty"`
	Dishes   int    `json:"dishes"`
	Unparsed int    `json:"unparsed"` // lines that were not understood
	Picture  bool   `json:"picture,omitempty"`
	// Grams lie on the scale, Delta of them since the last event.
	Grams int32 `json:"grams"`
	Delta int32 `json:"delta"`
	Bytes int   `json:"bytes"` // that came meanwhile
	// Remedy is what to look at where nothing came.
	Remedy string `json:"remedy,omitempty"`
}

// noDevice answers for a device that is not there.
var noDevice = Refusal{http.StatusNotFound, "not_found", "there is no such device, or it cannot do that"}

// serveDevices answers how each device does.
func (s *Server) serveDevices(w http.ResponseWriter, _ *http.Request) {
	all := []Device{}
	if s.Devices != nil {
		all = append(all, s.Devices.All()...)
	}
	s.writeJSON(w, http.StatusOK, map[string]any{"now": s.now(), "devices": all})
}

// serveListen streams what one device says.
func (s *Server) serveListen(w http.ResponseWriter, r *http.Request) {
	if s.Devices == nil {
		refuse(w, noDevice)
		return
	}
	to := sender{w, http.NewResponseController(w)}
	begun := false
	err := s.Devices.Listen(r.Context(), r.URL.Query().Get("device"), func(lines []Line) error {
		if !begun {
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Cache-Control", "no-store")
			begun = true
		}
		body, err := json.Marshal(append([]Line{}, lines...))
		if err != nil {
			return err
		}
		return to.send("data: %s\n\n", body)
	})
	switch {
	case begun:
		s.log().Debug("nobody listens to the device any more", "error", err)
	case err != nil:
		s.fail(w, r, deviceRefusal(err))
	}
}

// deviceName names the device that something is asked of.
type deviceName struct {
	Device string `json:"device"`
}

// tryDevice waits for somebody to use a device.
func (s *Server) tryDevice(ctx context.Context, v Visitor, d deviceName) (any, error) {
	if s.Devices == nil {
		return nil, noDevice
	}
	s.log().Info("a device is tried", "screen", v.Screen, "device", d.Device)
	came, err := s.Devices.Try(ctx, d.Device)
	return came, deviceRefusal(err)
}

// blinkLight lets a light blink.
func (s *Server) blinkLight(ctx context.Context, v Visitor, d deviceName) (any, error) {
	if s.Devices == nil {
		return nil, noDevice
	}
	s.log().Info("a light is tried", "screen", v.Screen, "device", d.Device)
	return struct{}{}, deviceRefusal(s.Devices.Blink(ctx, d.Device))
}

func deviceRefusal(err error) error {
	if errors.Is(err, ErrNoDevice) {
		return noDevice
	}
	return err
}
