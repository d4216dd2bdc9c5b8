package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// promtool runs Prometheus' own checker. "make deps" puts it into .cache.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	tool := filepath.Join(root, ".cache", "promtool")
	if _, err := os.Stat(tool); err != nil {
		if tool, err = exec.LookPath("promtool"); err != nil {
			t.Skip("promtool is not here: make deps fetches it")
		}
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// operations returns the path of a file for who runs many stores.
func operations(name string) string { return filepath.Join(root, "docs", "operations", name) }

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The alert rules are right, and fire when they should and not before.
func TestAlertRules(t *testing.T) {
	promtool(t, "check", "rules", operations("alerts.yml"))
	if !testing.Short() { // days of a store's life take seconds
		promtool(t, "test", "rules", operations("alerts_test.yml"))
	}
}

// Every alert says what to do, and has a test.
func TestAlertsAreWhole(t *testing.T) {
	rules := strings.Split(read(t, operations("alerts.yml")), "- alert: ")[1:]
	tests := read(t, operations("alerts_test.yml"))
	if len(rules) == 0 {
		t.Error("there are no alerts")
	}
	for _, rule := range rules {
		name, rest, _ := strings.Cut(rule, "\n")
		for _, key := range []string{"expr: ", "severity: ", "summary: ", "action: "} {
			if strings.Count(rest, key) != 1 {
				t.Errorf("%s has %d of %q, want one", name, strings.Count(rest, key), key)
			}
		}
		if !strings.Contains(tests, `alertname="`+name+`"`) {
			t.Errorf("%s has no test in alerts_test.yml", name)
		}
	}
}

// dashboard is what a test looks at in Grafana's JSON.
type dashboard struct {
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Panels []struct {
		ID      int
		Title   string
		Type    string
		GridPos struct{ X, Y, W, H int }
		Targets []struct {
			Expr       string
			Datasource struct{ UID string }
		}
	}
}

// grafanaWords are what Grafana puts in for its variables.
var grafanaWords = strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h", "$store", "sh-01")

// The dashboard can be loaded: its panels do not lie on one another, ask the
// source that is chosen, and ask what Prometheus understands.
func TestDashboard(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, operations("grafana.json"))), &d); err != nil {
		t.Fatal(err)
	}
	variables := map[string]bool{}
	for _, v := range d.Templating.List {
		variables[v.Name+" "+v.Type] = true
	}
	if d.SchemaVersion < 39 || !variables["datasource datasource"] || !variables["store query"] {
		t.Errorf("schema %d, variables %v: want 39 at least, and datasource and store", d.SchemaVersion, variables)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("%s: another panel has its id %d", p.Title, p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, is := taken[[2]int{x, y}]; is || x >= 24 {
					t.Fatalf("%s lies on %q or beyond column 24", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if len(p.Targets) == 0 && p.Type != "row" {
			t.Errorf("%s asks for nothing", p.Title)
		}
		for i, target := range p.Targets {
			if target.Datasource.UID != "${datasource}" {
				t.Errorf("%s asks %q, want the source that is chosen", p.Title, target.Datasource.UID)
			}
			fmt.Fprintf(&rules, "      - record: panel%d:query%d\n        expr: %q\n", p.ID, i, grafanaWords.Replace(target.Expr))
		}
	}
	if left := regexp.MustCompile(`\$\w+`).FindString(rules.String()); left != "" {
		t.Errorf("the dashboard uses %s, which nobody knows", left)
	}
	promtool(t, "check", "rules", write(t, "dashboard.yml", rules.String()))
}
