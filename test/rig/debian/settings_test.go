package debian_test

import (
	"encoding/json"
	"fmt"
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
		if err := json.Unmarshal([]byte(board(m, "GET", "/settings.json", "")), &shown); err != nil {
			t.Fatal(err)
		}
		change := fmt.Sprintf(`{"base":%q,"values":{"language":%q}}`, shown.Base, language)
		if says := board(m, "POST", "/settings/save", change); !strings.Contains(says, "+ language = ") || strings.Contains(says, `"problems"`) {
			t.Errorf("the board says %q", says)
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
// answers without the header.
func board(m *rig.Machine, method, path, body string) string {
	ask := fmt.Sprintf("%s %s HTTP/1.0\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body)
	m.Put("/tmp/ask", []byte(ask))
	_, answer, _ := strings.Cut(m.Sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; cat /tmp/ask >&3; cat <&3'"), "\r\n\r\n")
	return answer
}
