package brokers

import (
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// childConf, in the environment, makes this test program a NATS server: it names
// the file of its configuration.
const childConf = "READYSHELF_PEERS_NATS"

func TestMain(m *testing.M) {
	if conf := os.Getenv(childConf); conf != "" {
		if err := serveNATS(conf); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveNATS runs a NATS server until it is killed.
func serveNATS(conf string) error {
	opts, err := server.ProcessConfigFile(conf)
	if err != nil {
		return err
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return err
	}
	s.ConfigureLogger()
	s.Start()
	s.WaitForShutdown()
	return nil
}

//go:embed testdata/nats.conf
var natsConf string

// node is a NATS server in a process of its own, on ports that it keeps.
type node struct {
	name         string
	client, mqtt string // addresses
	conf, log    string // files
	cmd          *exec.Cmd
}

// startNATS runs a cluster of nodes; one alone is no cluster. extra is added to
// each configuration.
func startNATS(t testing.TB, nodes int, extra string) []*node {
	t.Helper()
	ports := freePorts(t, 3*nodes)
	var routes []string
	for i := range nodes {
		routes = append(routes, fmt.Sprintf("%q", fmt.Sprintf("nats://127.0.0.1:%d", ports[3*i+2])))
	}
	var all []*node
	for i := range nodes {
		dir := t.TempDir()
		client, mqtt := ports[3*i], ports[3*i+1]
		conf := strings.NewReplacer(
			"%NAME%", fmt.Sprint("n", i), "%CLIENT%", strconv.Itoa(client), "%MQTT%", strconv.Itoa(mqtt),
			"%DIR%", dir, "%REPLICAS%", strconv.Itoa(nodes),
		).Replace(natsConf) + extra + "\n"
		if nodes > 1 {
			conf += fmt.Sprintf("cluster {\n  name: shelf\n  listen: \"127.0.0.1:%d\"\n  routes: [%s]\n}\n", ports[3*i+2], strings.Join(routes, ", "))
		}
		n := &node{
			name: fmt.Sprint("n", i), client: fmt.Sprintf("127.0.0.1:%d", client), mqtt: fmt.Sprintf("127.0.0.1:%d", mqtt),
			conf: filepath.Join(dir, "nats.conf"), log: filepath.Join(dir, "nats.log"),
		}
		conf += fmt.Sprintf("log_file: %q\n", n.log)
		if err := os.WriteFile(n.conf, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		n.start(t)
		t.Cleanup(n.kill)
		all = append(all, n)
	}
	for _, n := range all {
		n.await(t)
	}
	return all
}

// start runs the server; await waits until it takes MQTT connections.
func (n *node) start(t testing.TB) {
	t.Helper()
	n.cmd = exec.Command(os.Args[0])
	n.cmd.Env = append(os.Environ(), childConf+"="+n.conf)
	n.cmd.Stderr = os.Stderr
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (n *node) await(t testing.TB) {
	t.Helper()
	if !within(30*time.Second, func() bool {
		c, err := net.Dial("tcp", n.mqtt)
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		said, _ := os.ReadFile(n.log)
		t.Fatalf("the NATS node does not take MQTT; it said\n%s", said)
	}
}

// kill is kill -9.
func (n *node) kill() {
	n.cmd.Process.Kill()
	n.cmd.Wait()
}

// freePorts returns ports of the loopback that nobody uses.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// within waits until ok, for d at most.
func within(d time.Duration, ok func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		if ok() {
			return true
		}
	}
	return ok()
}
