package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// modelImportCmd is `readyshelf model import`.
type modelImportCmd struct {
	Config  string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
	Replace bool   `help:"Also where the forecast has learned already: that is forgotten, and it begins anew."`
	File    string `arg:"" help:"What readyshelf model export wrote in the other store."`
}

// Run gives a model to the running daemon, or to its log where none runs.
func (c *modelImportCmd) Run(ctx context.Context, s streams) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("import a model: %w", err)
	}
	seed, err := predict.ParseSeed(text)
	if err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	asked, err := c.ask(ctx, conf, text)
	if err == nil && !asked {
		err = c.write(ctx, conf, seed, s.err)
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	fmt.Fprintf(s.out, "the forecast begins with the model of store %s of %s: presses: %d, dishes: %d\n",
		orDash(seed.From.Store), orDash(seed.From.Date), seed.Labels, len(seed.Dishes))
	return nil
}

// ask gives text to the daemon of conf. It is false where none runs.
func (c *modelImportCmd) ask(ctx context.Context, conf *Config, text []byte) (bool, error) {
	log, err := filepath.Abs(filepath.Join(conf.Data, logName))
	if err != nil {
		return false, err
	}
	for _, socket := range controlSockets(conf.Data) {
		resp, err := tellDaemon(ctx, socket, "/model?replace="+strconv.FormatBool(c.Replace), log, bytes.NewReader(text))
		switch {
		case errors.Is(err, os.ErrPermission):
			return false, fmt.Errorf("%w; %s", err, asMember)
		case errors.Is(err, errNobody):
			continue
		case err != nil:
			return false, err
		}
		said, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusMisdirectedRequest: // it keeps another log
			continue
		case err != nil || resp.StatusCode == http.StatusNoContent:
			return true, err
		}
		return false, c.hint(strings.TrimSpace(string(said)))
	}
	return false, nil
}

// hint is why a model was not taken, with the way out.
func (c *modelImportCmd) hint(why string) error {
	if strings.Contains(why, predict.ErrLearned.Error()) {
		return fmt.Errorf("%s, with --replace; readyshelf model export keeps what was learned here", why)
	}
	return errors.New(why)
}

// write puts seed into the log of a daemon that does not run.
func (c *modelImportCmd) write(ctx context.Context, conf *Config, seed *predict.Seed, out io.Writer) error {
	if err := asOwner(conf.Data, "model import "+c.File); err != nil {
		return err
	}
	w, err := thisMachine(conf, slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	h, err := openHouse(*conf, w)
	if err != nil {
		return err
	}
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var writer errgroup.Group
	writer.Go(func() error { return h.buffer.Run(writing) })
	err = h.begin(ctx, seed, c.Replace)
	stop()
	if r := new(refusal); errors.As(err, r) {
		err = c.hint(r.text)
	}
	return errors.Join(err, writer.Wait(), h.buffer.Close())
}

// operator is the source of what people at this box ask for.
const operator = "operator"

// begin lets the forecast begin with seed.
func (h *house) begin(ctx context.Context, seed *predict.Seed, replace bool) error {
	text, err := json.Marshal(seed)
	if err != nil {
		return err
	}
	_, err = h.decideFor(ctx, operator, kitchen.Command{
		Transaction: rand.Text(), Name: kitchen.CommandModel, Model: text, Replace: replace,
	})
	return err
}

// serveModel answers POST /model: 204 when the forecast has begun anew with it.
func (h *house) serveModel(w http.ResponseWriter, r *http.Request) {
	h.nameLog(w)
	if !sameFile(r.Header.Get(pathHeader), w.Header().Get(pathHeader)) {
		http.Error(w, "this daemon keeps another log", http.StatusMisdirectedRequest)
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*predict.MaxSeed))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	seed, err := predict.ParseSeed(text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := h.begin(r.Context(), seed, r.URL.Query().Get("replace") == "true"); err != nil {
		http.Error(w, refused(err).text, http.StatusConflict)
		return
	}
	h.log.Info("the forecast begins with another store's model", "store", seed.From.Store, "date", seed.From.Date, "presses", seed.Labels)
	w.WriteHeader(http.StatusNoContent)
}
