package brokers

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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

// node is a NATS server.
type node struct {
	process
	client string // address for NATS' own clients
}

// startNATS runs a cluster with a node for each folder to keep messages in; one
// alone is no cluster. sync is how often they flush to the medium: "2m" is the
// default, "always" is before each answer.
func startNATS(t testing.TB, sync string, dirs ...string) []*node {
	t.Helper()
	ports := freePorts(t, 3*len(dirs))
	var routes []string
	for i := range dirs {
		routes = append(routes, fmt.Sprintf("%q", fmt.Sprintf("nats://127.0.0.1:%d", ports[3*i+2])))
	}
	var all []*node
	for i, dir := range dirs {
		name, client, mqtt := fmt.Sprint("n", i), ports[3*i], ports[3*i+1]
		conf := strings.NewReplacer(
			"%NAME%", name, "%CLIENT%", strconv.Itoa(client), "%MQTT%", strconv.Itoa(mqtt),
			"%DIR%", dir, "%REPLICAS%", strconv.Itoa(len(dirs)), "%SYNC%", sync,
		).Replace(natsConf)
		if len(dirs) > 1 {
			conf += fmt.Sprintf("cluster {\n  name: shelf\n  listen: \"127.0.0.1:%d\"\n  routes: [%s]\n}\n", ports[3*i+2], strings.Join(routes, ", "))
		}
		own := t.TempDir()
		log := filepath.Join(own, "nats.log")
		file := writeFile(t, filepath.Join(own, "nats.conf"), conf+fmt.Sprintf("log_file: %q\n", log))
		n := &node{
			process: process{
				name: name, mqtt: fmt.Sprintf("127.0.0.1:%d", mqtt), log: log,
				args: []string{os.Args[0]}, env: []string{childConf + "=" + file},
			},
			client: fmt.Sprintf("127.0.0.1:%d", client),
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

// writeFile returns the path of a file that it wrote.
func writeFile(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
