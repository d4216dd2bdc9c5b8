package main

import (
	"encoding/json"
	"net/http"
	"slices"
)

// serveDevices answers GET /devices.
func (h *house) serveDevices(w http.ResponseWriter, _ *http.Request) {
	faults := h.view.get().Faults
	states := make([]deviceState, len(h.taps))
	for i, t := range h.taps {
		states[i] = t.state(faults)
	}
	h.nameLog(w)
	w.Header().Set("Content-Type", "application/json")
	if err := printJSON(w, states); err != nil {
		h.log.Debug("an answer about the devices was cut short", "error", err)
	}
}

// serveTap answers GET /listen, until the tool hangs up or the daemon ends.
func (h *house) serveTap(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("device")
	i := slices.IndexFunc(h.taps, func(t *tap) bool { return t.name == name })
	if i < 0 {
		http.Error(w, "no such device", http.StatusNotFound)
		return
	}
	h.nameLog(w)
	said, stop := h.taps[i].listen()
	defer stop()
	w.Header().Set("Content-Type", "application/x-ndjson")
	flush := http.NewResponseController(w)
	out := json.NewEncoder(steady{w, flush})
	for flush.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case s := <-said:
			if s.events == nil && out.Encode(s) != nil {
				return
			}
		}
	}
}
