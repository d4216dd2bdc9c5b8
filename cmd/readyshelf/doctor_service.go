package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"readyshelf/buffer"
)

// unitName is the packaged daemon's, socketName that of the port it is handed.
const (
	unitName   = "readyshelf.service"
	socketName = "readyshelf.socket"
)

// daemonState is what a running daemon says of itself.
type daemonState struct {
	running bool
	health  health
	devices []deviceState
	err     error // why one that is there could not be asked
}

// askState asks the daemon that keeps the log in data.
func askState(ctx context.Context, data string) daemonState {
	var s daemonState
	socket, err := daemonOf(ctx, data, "/devices", &s.devices)
	if err == nil {
		_, err = daemonOf(ctx, data, "/health", &s.health)
	}
	if socket == "" || errors.Is(err, errNobody) && !errors.Is(err, fs.ErrPermission) {
		return daemonState{}
	}
	s.running, s.err = err == nil, err
	return s
}

// daemonOf asks the daemon that keeps the log in data for path, and reads its answer
// into v. It returns the socket that is that daemon's; the error is errNobody where
// there is none.
func daemonOf(ctx context.Context, data, path string, v any) (socket string, err error) {
	for _, socket := range controlSockets(data) {
		resp, err := askDaemon(ctx, socket, path)
		if errors.Is(err, errNobody) && !errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return socket, err
		}
		defer resp.Body.Close()
		switch keeps := resp.Header.Get(pathHeader); {
		case resp.StatusCode != http.StatusOK:
			return socket, fmt.Errorf("ask the daemon for %s: %s", path, resp.Status)
		case keeps != "" && !sameFile(keeps, filepath.Join(data, logName)):
			continue // another shop's
		}
		if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
			return socket, fmt.Errorf("ask the daemon for %s: %w", path, err)
		}
		return socket, nil
	}
	return "", errNobody
}

// systemdUnit asks systemd for what doctor wants to know of a unit.
func systemdUnit(ctx context.Context, name string) (map[string]string, bool) {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil, false // systemd does not run here (sd_booted(3))
	}
	out, err := exec.CommandContext(ctx, "systemctl", "show", "--property=LoadState,ActiveState,SubState,UnitFileState,NRestarts,Result", "--", name).Output()
	if err != nil {
		return nil, false
	}
	unit := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		unit[key] = value
	}
	return unit, unit["LoadState"] == "loaded"
}

// checkService looks whether the daemon runs, and will after the next start.
func (d *doctor) checkService(ctx context.Context) []finding {
	var found []finding
	if unit, ok := d.unit(ctx, unitName); ok {
		found = append(found, unitState(unit))
	}
	switch {
	case errors.Is(d.daemon.err, fs.ErrPermission):
		return append(found, caution("daemon", "this user may not ask it", asRoot))
	case d.daemon.err != nil:
		return append(found, problem("daemon", "it does not answer: "+d.daemon.err.Error(), "sudo systemctl restart readyshelf"))
	case !d.daemon.running:
		return append(found, caution("daemon", "it does not run: no order becomes ready", "sudo systemctl start readyshelf"))
	}
	h := d.daemon.health
	text := fmt.Sprintf("version %s runs; the board is up for %s", h.Version, agoText(time.Duration(h.Up)*time.Second))
	if h.Version != d.version {
		return append(found, caution("daemon", text+"; this program is "+d.version, "sudo systemctl restart readyshelf"))
	}
	return append(found, works("daemon", text))
}

// unitState reads what systemd says.
func unitState(unit map[string]string) finding {
	active, restarts := unit["ActiveState"], unit["NRestarts"]
	text := fmt.Sprintf("%s (%s), %s at boot", active, unit["SubState"], unit["UnitFileState"])
	switch {
	case active == "failed":
		return problem("unit", text+": "+unit["Result"], "read why, mend it, and start it again: journalctl -u readyshelf -n 30; sudo systemctl restart readyshelf")
	case active == "activating":
		return caution("unit", text, "it tries again and again, see why: journalctl -u readyshelf -n 30")
	case unit["UnitFileState"] == "disabled":
		return caution("unit", text, "sudo systemctl enable --now readyshelf")
	case active != "active":
		return caution("unit", text, "sudo systemctl start readyshelf")
	case restarts != "" && restarts != "0":
		return caution("unit", text+", restarted "+restarts+" times", "see why: journalctl -u readyshelf | grep -i -e error -e panic")
	}
	return works("unit", text)
}

// checkLog looks at the log: through the daemon that has it open, or at its file.
func (d *doctor) checkLog(ctx context.Context) []finding {
	path := filepath.Join(d.Data, logName)
	switch {
	case d.daemon.running:
		return d.logInUse()
	case d.daemon.err != nil:
		return []finding{caution("log", "the daemon has it open", asRoot)}
	}
	text, err := d.whole(ctx, path)
	switch {
	case err == nil:
		return []finding{works("log", text)}
	case errors.Is(err, fs.ErrNotExist):
		return []finding{works("log", "there is none yet: the daemon makes it at its first start")}
	case errors.Is(err, fs.ErrPermission):
		return []finding{caution("log", "this user may not read it", asRoot)}
	case errors.Is(err, buffer.ErrDamaged):
		return []finding{problem("log", err.Error(), "start the daemon: it saves what is whole; then replace the card, it loses data")}
	case errors.Is(err, buffer.ErrHeld):
		return []finding{problem("log", "somebody has it open, and is no daemon that answers", "find out who: sudo fuser -v "+path)}
	}
	return []finding{failure("log", err, "look at the disk: dmesg | tail")}
}

// wholeLog checks a log in a child process: a damaged one can end its reader.
func wholeLog(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	var out bytes.Buffer
	err := inChild(ctx, &out, "log", "check", "--alone", "--", path)
	text, _, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	return text, err
}

// logInUse is the log as its daemon sees it.
func (d *doctor) logInUse() []finding {
	h := d.daemon.health
	text := fmt.Sprintf("%d events, %s of %s", h.Head, sizeText(h.LogBytes), sizeText(h.LogMax))
	size := works("log", text)
	switch {
	case h.Refused:
		size = problem("log", fmt.Sprintf("%s: it takes nothing, %d facts wait in memory and are lost with the power", text, h.Held),
			"make room on the disk, or replace it if it is read-only or fails; see: journalctl -u readyshelf -n 30")
	case h.NearFull:
		size = caution("log", text+": nearly full of what the cloud does not have", "get the broker connected, or set a larger log.max_size")
	}
	found := []finding{size}
	if h.Lost > 0 {
		found = append(found, problem("damage", fmt.Sprintf("%d events of it cannot be read", h.Lost), "replace the card or disk soon, it loses data"))
	}
	if len(d.MQTT.Brokers) == 0 {
		return found
	}
	switch {
	case h.Waiting == 0:
		found = append(found, works("unsent alerts", "none"))
	case h.Connected:
		found = append(found, works("unsent alerts", fmt.Sprintf("%d, on their way", h.Waiting)))
	default:
		found = append(found, caution("unsent alerts", fmt.Sprintf("%d wait for the broker%s", h.Waiting, oldest(h.Oldest)), "none is lost; see broker below"))
	}
	return found
}

func oldest(seconds *int64) string {
	if seconds == nil {
		return ""
	}
	return ", the oldest for " + agoText(time.Duration(*seconds)*time.Second)
}

// agoText is a length of time in its largest unit.
func agoText(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/day)
}

// checkIdentity says who this box is to the cloud, and how that knows its orders.
func (d *doctor) checkIdentity(context.Context) []finding {
	name, err := d.name()
	if err != nil {
		return []finding{failure("name", err, "")}
	}
	if todo := d.ToDo(); todo != "" {
		what, remedy, _ := strings.Cut(todo, ": ")
		return []finding{caution("name", what, remedy), d.checkKey()}
	}
	if twin := d.daemon.health.Twin; twin != "" {
		return []finding{problem("name", sayTwin(twin, name), twinRemedy), d.checkKey()}
	}
	topic := strings.NewReplacer("{store}", d.Store, "{device}", name).Replace(d.MQTT.Topic)
	return []finding{
		works("name", fmt.Sprintf("store %s, device %s; topics %s/…", d.Store, name, topic)),
		d.checkKey(),
	}
}

// checkKey looks at the key of long order ids. Who has it can find out the ids behind
// the hashes, so it is not shown.
func (d *doctor) checkKey() finding {
	path := d.Privacy.OrderKeyFile
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return works("order key", "there is none yet: the daemon makes it at its first start")
	case errors.Is(err, fs.ErrPermission):
		return caution("order key", "this user may not look at it", asRoot)
	case err != nil:
		return failure("order key", err, "look at the disk: dmesg | tail")
	case info.Mode().Perm()&0o007 != 0:
		return caution("order key", path+" can be read by everybody on this machine", "sudo chmod 640 "+path)
	}
	return works("order key", path+"; to match order_key with ids of its own the cloud needs it: sudo readyshelf doctor --order-key")
}
