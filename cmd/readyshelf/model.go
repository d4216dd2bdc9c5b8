package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// modelCmd is `readyshelf model`.
type modelCmd struct {
	Show   modelShowCmd   `cmd:"" help:"Say what the forecast has learned of this kitchen."`
	Export modelExportCmd `cmd:"" help:"Write what the forecast has learned here, for another store of the chain to begin with."`
	Import modelImportCmd `cmd:"" help:"Let the forecast begin with the model of another store."`
}

// modelExportCmd is `readyshelf model export`.
type modelExportCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Out    string `default:"-" placeholder:"FILE" help:"The file to write, as model.json; standard output without it."`
}

// Run exports the model, beside a running daemon or without one.
func (c *modelExportCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	m, err := learned(ctx, conf, s.err)
	if err != nil {
		return fmt.Errorf("export the model: %w", err)
	}
	seed := m.Export()
	seed.From = predict.Origin{Store: conf.Store, Date: time.Now().Format(time.DateOnly), Program: version}
	text, err := json.MarshalIndent(seed, "", " ")
	if err != nil {
		return fmt.Errorf("export the model: %w", err)
	}
	err = writeWhole(c.Out, s.out, func(w io.Writer, _ string) error {
		_, err := fmt.Fprintf(w, "%s\n", text)
		return err
	})
	if err != nil {
		return fmt.Errorf("export the model: %w", err)
	}
	fmt.Fprintf(s.beside(c.Out), "%s: store %s: presses: %d, dishes: %d\n", c.Out, conf.Store, seed.Labels, len(seed.Dishes))
	if seed.Labels < fewLabels {
		fmt.Fprintf(s.err, "This is little: a model is worth giving away after some %d presses.\n", fewLabels)
	}
	return nil
}

// fewLabels is how many presses say little of a kitchen: each of fifty dishes a few times.
const fewLabels = 300

// learned is the model of a store as its log has it at the end.
func learned(ctx context.Context, conf *Config, warn io.Writer) (*predict.Model, error) {
	m, db := predict.New(), filepath.Join(conf.Data, logName)
	if _, err := os.Stat(db); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no log %s: the daemon has never run", db)
	}
	err := withLog(ctx, db, func(file string) error {
		d := kitchen.Decider{Model: m, Rules: conf.rules()}
		err := buffer.Fold(file, &d)
		if onlyDamage(err) {
			fmt.Fprintln(warn, "damage:", err)
			err = nil
		}
		if err == nil && d.Unlearned != nil {
			fmt.Fprintln(warn, "the model begins after the last checkpoint, which another version wrote:", d.Unlearned)
		}
		return err
	})
	return m, err
}
