package debian_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"readyshelf/test/rig"
)

// configFile is the shop's configuration.
const configFile = "/etc/readyshelf/readyshelf.toml"

// What an owner sets at a screen the daemon proposes and root takes over. It is true at
// once, and the file stays root's. Whoever takes the daemon over gets no more than that.
func TestSettings(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	pid, whose := property(m, "MainPID"), m.Sh("stat -c %%U:%%a %s", configFile)
	for _, language := range []string{"zh", "en"} { // twice: the unit watches on
		var shown struct{ Base string }
		all, err := board(m, "GET", "/settings.json", "")
		if err == nil {
			err = json.Unmarshal([]byte(all), &shown)
		}
		if err != nil {
			t.Fatalf("%v: the board says %q", err, all)
		}
		change := fmt.Sprintf(`{"base":%q,"values":{"language":%q}}`, shown.Base, language)
		if says, err := board(m, "POST", "/settings/save", change); err != nil || !strings.Contains(says, "+ language = ") || strings.Contains(says, `"problems"`) {
			t.Errorf("%v: the board says %q", err, says)
		}
		m.Sh("grep -q 'language *= *.%s' %s", language, configFile)
	}
	for _, proposed := range []string{"echo 'store = \"other\"' >settings.toml", "ln -s /etc/shadow settings.toml", "mkfifo settings.toml"} {
		m.Sh("cd /run/readyshelf && cp %s /tmp/before && rm -f settings.refused && runuser -u readyshelf -- sh -c '%s'", configFile, strings.ReplaceAll(proposed, "'", `'"'"'`))
		m.Sh("cd /run/readyshelf && while ! test -s settings.refused; do sleep .1; done && ! test -e settings.toml && cmp /tmp/before %s", configFile)
		t.Log(m.Sh("cat /run/readyshelf/settings.refused"))
	}
	m.Sh("systemctl is-active readyshelf-settings.path")
	if now := m.Sh("stat -c %%U:%%a %s", configFile); now != whose {
		t.Errorf("the file was %sand is %s", whose, now)
	}
	if property(m, "MainPID") != pid {
		t.Error("a setting has restarted the daemon")
	}
	if failed := m.Sh("systemctl --failed --no-legend"); failed != "" {
		t.Errorf("failed: %s", failed)
	}
}

// board asks the board in the machine, where nothing but a shell can, and returns what it
// answers.
func board(m *rig.Machine, method, path, body string) (string, error) {
	ask := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body)
	m.Put("/tmp/ask", []byte(ask))
	said := m.Sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; cat /tmp/ask >&3; cat <&3'")
	answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(said)), nil)
	if err != nil {
		return said, err
	}
	all, err := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		err = errors.Join(err, errors.New(answer.Status))
	}
	return string(all), err
}
