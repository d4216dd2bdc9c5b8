package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// contract is the folder of asyncapi.yaml, its schemas and its examples. That these
// are what the daemon says is tested beside the daemon.
var contract = filepath.Join(root, "docs", "mqtt")

// base stands for the folder where a reference is resolved.
const base = "file:///contract/"

// contractFile reads a file of the contract as JSON.
func contractFile(name string) (any, error) {
	text, err := os.ReadFile(filepath.Join(contract, name))
	if err != nil {
		return nil, err
	}
	if path.Ext(name) == ".yaml" {
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			return nil, err
		}
		if text, err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

// asyncAPI is asyncapi.yaml.
func asyncAPI(t *testing.T) map[string]any {
	t.Helper()
	v, err := contractFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

// loader gives a compiler the files of the contract.
type loader struct{}

// Load leaves out $schema, as AsyncAPI does: it reads all schemas as draft 7.
func (loader) Load(url string) (any, error) {
	name, ours := strings.CutPrefix(url, base)
	if !ours {
		return nil, fmt.Errorf("%s is not of the contract", url)
	}
	v, err := contractFile(name)
	if m, ok := v.(map[string]any); ok {
		delete(m, "$schema")
	}
	return v, err
}

// asyncAPISchema compiles a part of the official schema, "asyncapi" for the whole.
func asyncAPISchema(t *testing.T, part string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "asyncapi", "3.0.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	const definitions = "http://asyncapi.com/definitions/3.0.0/"
	if err := c.AddResource(definitions+"asyncapi.json", doc); err != nil {
		t.Fatal(err)
	}
	url := definitions + "asyncapi.json"
	if part != "asyncapi" {
		url += "#/definitions/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(definitions+part+".json")
	}
	s, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asyncapi.yaml is what AsyncAPI 3.0 says, and so are the schemas that it names.
func TestAsyncAPI(t *testing.T) {
	if err := asyncAPISchema(t, "asyncapi").Validate(asyncAPI(t)); err != nil {
		t.Error(err)
	}
	schema := asyncAPISchema(t, "schema")
	for _, name := range contractFiles(t, "schemas") {
		v, err := contractFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// contractFiles are the files of a folder, as references name them.
func contractFiles(t *testing.T, folder string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(contract, folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	for _, f := range files {
		all = append(all, folder+"/"+filepath.Base(f))
	}
	return all
}

// walk calls each with the place and the value of everything in v.
func walk(place string, v any, each func(place string, v any)) {
	each(place, v)
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			walk(place+"/"+key, inner, each)
		}
	case []any:
		for i, inner := range v {
			walk(fmt.Sprintf("%s/%d", place, i), inner, each)
		}
	}
}

// find returns what a pointer, "#/a/b", leads to in a document.
func find(doc any, pointer string) any {
	for _, key := range strings.Split(strings.TrimPrefix(pointer, "#"), "/")[1:] {
		m, _ := doc.(map[string]any)
		doc = m[key]
	}
	return doc
}

// Every reference leads somewhere, and every schema, example and component is used.
func TestContractReferences(t *testing.T) {
	doc := asyncAPI(t)
	used := map[string]bool{}
	refs := func(in string, doc any) {
		walk("", doc, func(place string, v any) {
			m, _ := v.(map[string]any)
			ref, _ := m["$ref"].(string)
			switch {
			case ref == "":
				return
			case strings.HasPrefix(ref, "#"):
				if find(doc, ref) == nil {
					t.Errorf("%s%s: %s leads nowhere", in, place, ref)
				}
			default:
				if _, err := contractFile(ref); err != nil {
					t.Errorf("%s%s: %v", in, place, err)
				}
			}
			used[ref] = true
		})
	}
	refs("asyncapi.yaml", doc)
	files := append(contractFiles(t, "schemas"), contractFiles(t, "examples")...)
	for _, name := range files {
		if !used[name] {
			t.Errorf("asyncapi.yaml does not name %s", name)
		}
		v, err := contractFile(name)
		if err != nil {
			t.Fatal(err)
		}
		refs(name, v)
	}
	for kind, components := range doc["components"].(map[string]any) {
		for name := range components.(map[string]any) {
			if ref := "#/components/" + kind + "/" + name; !used[ref] {
				t.Errorf("nothing names %s", ref)
			}
		}
	}
}

// payloads are the schemas of all messages, by their names in asyncapi.yaml.
var payloads = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	doc, err := contractFile("asyncapi.yaml")
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	c.UseLoader(loader{})
	all := map[string]*jsonschema.Schema{}
	messages, _ := find(doc, "#/components/messages").(map[string]any)
	for name := range messages {
		if all[name], err = c.Compile(base + "asyncapi.yaml#/components/messages/" + name + "/payload"); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// fulfils holds what a real daemon published against asyncapi.yaml.
func (m message) fulfils() error {
	all, err := payloads()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	parts := strings.SplitN(m.Topic, "/", 6) // readyshelf/v1/store/device/kind/name
	name := parts[len(parts)-1]              // of an alert, a state, or status
	if parts[4] == "reply" {
		if name = "reply." + name; find(v, "#/status") == "error" {
			name = "reply.error"
		}
	}
	if all[name] == nil {
		return fmt.Errorf("no message of asyncapi.yaml is called %s", name)
	}
	return all[name].Validate(v)
}

// Every example is what the payload of its message says, as AsyncAPI reads it, and that
// of no other message where what is published stands alone.
func TestContractExamples(t *testing.T) {
	payloads, err := payloads()
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range find(asyncAPI(t), "#/components/messages").(map[string]any) {
		for _, e := range m.(map[string]any)["examples"].([]any) {
			v, err := contractFile(find(e, "#/payload/$ref").(string))
			if err != nil {
				t.Fatal(err)
			}
			if err := payloads[name].Validate(v); err != nil {
				t.Errorf("the example of %s: %v", name, err)
			}
			for other, s := range payloads {
				if standsAlone(name) && other != name && s.Validate(v) == nil {
					t.Errorf("the example of %s is one of %s too", name, other)
				}
			}
		}
	}
}

// standsAlone says whether a message can be told from all others by its body.
func standsAlone(name string) bool {
	return !strings.HasPrefix(name, "command.") && !strings.HasPrefix(name, "reply.")
}

// The messages of a channel are those that its topic can name.
func TestContractTopics(t *testing.T) {
	doc := asyncAPI(t)
	for channel, parameter := range map[string]string{"event": "type", "command": "name", "reply": "name"} {
		var named []string
		for _, v := range find(doc, "#/channels/"+channel+"/parameters/"+parameter+"/enum").([]any) {
			named = append(named, v.(string))
		}
		messages := slices.Collect(maps.Keys(find(doc, "#/channels/"+channel+"/messages").(map[string]any)))
		messages = slices.DeleteFunc(messages, func(name string) bool { return name == "error" })
		slices.Sort(named)
		slices.Sort(messages)
		if diff := cmp.Diff(named, messages); diff != "" {
			t.Errorf("%s: the topic has -, the messages are +\n%s", channel, diff)
		}
	}
}

// What schemas have in common is the same in each: a schema stands alone, so that a
// reader needs one file.
func TestSchemasAgree(t *testing.T) {
	first := map[string]any{}
	for _, name := range contractFiles(t, "schemas") {
		v, err := contractFile(name)
		if err != nil {
			t.Fatal(err)
		}
		defs, _ := find(v, "#/$defs").(map[string]any)
		for key, def := range defs {
			if _, known := first[key]; !known {
				first[key] = def
			}
			if diff := cmp.Diff(first[key], def); diff != "" {
				t.Errorf("%s: $defs/%s differs from the other schemas\n%s", name, key, diff)
			}
		}
	}
}
