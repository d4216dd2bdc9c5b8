package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// contractDir is where the contract is.
const contractDir = "../../docs/mqtt"

// schemaID begins the $id of every schema of the contract; the name of its file and
// its version follow.
const schemaID = "urn:readyshelf:schema:"

// schemas are those of the contract, by the names of their files.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	files, err := filepath.Glob(filepath.Join(contractDir, "schemas", "*.json"))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	all := map[string]*jsonschema.Schema{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		s, err := c.Compile(file)
		if err != nil {
			return nil, err
		}
		if want := schemaID + name + ".v1"; s.ID != want {
			return nil, fmt.Errorf("%s: $id is %s, want %s", file, s.ID, want)
		}
		all[name] = s
	}
	return all, nil
})

// fits holds a body against a schema of the contract.
func fits(schema string, body []byte) error {
	all, err := schemas()
	if err != nil {
		return err
	}
	s := all[schema]
	if s == nil {
		return fmt.Errorf("the contract has no schema %s", schema)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// kind is how the contract calls what is published on a topic: it names the example.
func kind(m uplinktest.Message) string {
	name := strings.Join(strings.Split(m.Topic, "/")[4:], ".") // readyshelf/v1/store/device/…
	switch {
	case name == "status" && bytes.Contains(m.Payload, []byte(`"online"`)):
		return "status.online"
	case name == "status":
		return "status.offline"
	case strings.HasPrefix(name, "reply.") && bytes.Contains(m.Payload, []byte(`"status":"error"`)):
		return "reply.error"
	}
	return name
}

// fulfils holds a message against the contract: its schema, and how it is published.
func fulfils(m uplinktest.Message) error {
	name := kind(m)
	if retained := strings.HasPrefix(name, "state.") || strings.HasPrefix(name, "status."); m.QoS != 1 || m.Retained != retained {
		return fmt.Errorf("%s: QoS %d, retained %v, want 1 and %v", m.Topic, m.QoS, m.Retained, retained)
	}
	if strings.HasPrefix(name, "status.") {
		name = "status"
	}
	if alert, ok := strings.CutPrefix(name, "event."); ok {
		return alertFulfils(alert, m.Payload)
	}
	return fits(name, m.Payload)
}

// alertFulfils holds the body of an alert against the schemas of the envelope and
// of its data, which the envelope names.
func alertFulfils(alert string, body []byte) error {
	if err := fits("event", body); err != nil {
		return err
	}
	var v struct {
		Type, DataSchema string
		Data             json.RawMessage
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	if v.Type != "readyshelf."+alert+".v1" || v.DataSchema != schemaID+alert+".v1" {
		return fmt.Errorf("event/%s has type %s and dataschema %s", alert, v.Type, v.DataSchema)
	}
	if _, err := uplink.Decode(body); err != nil {
		return err
	}
	return fits(alert, v.Data)
}
