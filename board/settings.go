package board

import (
	"context"
	"errors"
	"net/http"
	"time"

	"readyshelf/kitchen"
)

// Settings is what the page of the settings needs of the house. All of its functions may be
// called at once by several goroutines; where an error is for people it is a [Refusal].
type Settings struct {
	// All returns what is set and what may be.
	All func() (SettingsShown, error)
	// Plan returns what a change would do, and does nothing.
	Plan func(SettingsChange) (SettingsPlan, error)
	// Save makes a change: on disk when it returns, and true where it can be at once.
	Save func(ctx context.Context, screen string, c SettingsChange) (SettingsPlan, error)
	// Say puts an example into the words of templates; what is wrong with them is in it.
	Say func(SentencesChange) (SentencesSaid, error)
	// Tell makes them the store's own: on disk when it returns.
	Tell func(ctx context.Context, screen string, c SentencesChange) (SentencesSaid, error)
}

// SettingsShown is what the page shows.
type SettingsShown struct {
	// Base is the fingerprint of the configuration, for a change of it.
	Base string `json:"base"`
	File string `json:"file"`
	// Problem is why nothing can be set now, for people.
	Problem string    `json:"problem,omitempty"`
	Fields  []Setting `json:"fields"`
	// Restart names the keys whose value in the file waits for a restart.
	Restart  []string          `json:"restart"`
	Versions []SettingsVersion `json:"versions"` // the newest first
	// Sentences are those that are sent; nil where none are.
	Sentences *Sentences `json:"sentences,omitempty"`
	Layouts   []Layout   `json:"layouts"`
	// Samples counts the slips that were kept because nobody understood them; nil where
	// none are kept.
	Samples *int `json:"samples,omitempty"`
}

// Setting is one key that may be set.
type Setting struct {
	Key     string   `json:"key"`  // "alert.waiting_after"
	Kind    string   `json:"kind"` // choice, text, duration, number or threshold
	Choices []string `json:"choices,omitempty"`
	Value   string   `json:"value"`   // in the file; empty where it is not set
	Default string   `json:"default"` // what holds then
	// Restart says why a change waits for a restart; empty for one that does not.
	Restart string `json:"restart,omitempty"`
}

// SettingsVersion is the configuration before a change, to go back to.
type SettingsVersion struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
	By string    `json:"by"` // the screen that made the change
}

// SettingsChange is what an owner wants.
type SettingsChange struct {
	// Base is what the owner has seen: a change of something else is refused.
	Base   string            `json:"base"`
	Values map[string]string `json:"values,omitempty"` // by key; empty is the default
	// Version goes back to the settings of one, in place of Values.
	Version string `json:"version,omitempty"`
}

// SettingsPlan is what a change does.
type SettingsPlan struct {
	Base string `json:"base"` // after it
	// Diff are the lines that go, with - before them, and those that come, with +.
	Diff []string `json:"diff"`
	// Problems say what is wrong; with any nothing is changed.
	Problems []SettingProblem `json:"problems,omitempty"`
	Restart  []string         `json:"restart"` // keys that count after a restart
}

// SettingProblem is a mistake, as readyshelf check says it.
type SettingProblem struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Sentences are the templates that alerts are sent with.
type Sentences struct {
	Version  string            `json:"version"`
	Language string            `json:"language"`
	Own      kitchen.Templates `json:"own"` // the store's, where they differ
	Shipped  kitchen.Templates `json:"shipped"`
}

// SentencesChange is what an owner wants said.
type SentencesChange struct {
	Base        string            `json:"base"` // the version that the owner has seen
	Transaction string            `json:"transaction,omitempty"`
	Templates   kitchen.Templates `json:"templates"` // all of the store's own
}

// SentencesSaid is how templates are, and what an example is in their words.
type SentencesSaid struct {
	Version string            `json:"version,omitempty"`
	Says    kitchen.Templates `json:"says,omitempty"`
	// Problems are by alert and audience: "order.ready/courier".
	Problems []SettingProblem `json:"problems,omitempty"`
}

// Layout is one of the layouts by which tickets are read.
type Layout struct {
	Name    string `json:"name"`
	About   string `json:"about,omitempty"`
	Samples int    `json:"samples"`           // by which it is proved
	Refused string `json:"refused,omitempty"` // why it is not used
}

// ErrChangedMeanwhile says that somebody else was faster.
var ErrChangedMeanwhile = Refusal{http.StatusConflict, "changed", "it was changed meanwhile: look at it again"}

// noSettings answers where there is nothing to set.
var noSettings = Refusal{http.StatusNotFound, "not_found", "this daemon has no settings"}

// serveSettings answers what is set.
func (s *Server) serveSettings(w http.ResponseWriter, r *http.Request) {
	if s.Settings == nil {
		refuse(w, noSettings)
		return
	}
	all, err := s.Settings.All()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.writeJSON(w, http.StatusOK, all)
}

// settingsRoutes are what the page of the settings asks for.
func (s *Server) settingsRoutes() []route {
	return []route{
		{"GET /settings.json", Owner, http.HandlerFunc(s.serveSettings)},
		{"POST /settings/plan", Owner, post(s, func(_ context.Context, _ Visitor, c SettingsChange) (any, error) {
			if s.Settings == nil {
				return nil, noSettings
			}
			return s.Settings.Plan(c)
		})},
		{"POST /settings/save", Owner, post(s, func(ctx context.Context, v Visitor, c SettingsChange) (any, error) {
			if s.Settings == nil {
				return nil, noSettings
			}
			done, err := s.Settings.Save(ctx, v.Screen, c)
			if err == nil && len(done.Problems) == 0 {
				s.log().Info("the settings were changed", "screen", v.Screen, "lines", len(done.Diff))
			}
			return done, err
		})},
		{"POST /settings/say", Owner, post(s, func(_ context.Context, _ Visitor, c SentencesChange) (any, error) {
			if s.Settings == nil {
				return nil, noSettings
			}
			return s.Settings.Say(c)
		})},
		{"POST /settings/sentences", Owner, post(s, func(ctx context.Context, v Visitor, c SentencesChange) (any, error) {
			switch {
			case s.Settings == nil:
				return nil, noSettings
			case !transactions.MatchString(c.Transaction):
				return nil, Refusal{http.StatusBadRequest, "malformed", "transaction: 16 to 64 letters and digits that no other change has"}
			}
			done, err := s.Settings.Tell(ctx, v.Screen, c)
			if err == nil && len(done.Problems) == 0 {
				s.log().Info("the sentences were changed", "screen", v.Screen, "version", done.Version)
			}
			return done, err
		})},
	}
}

// Unset is a Refusal for a change that cannot be made, with why.
func Unset(why error) error {
	if refusal := (Refusal{}); errors.As(why, &refusal) {
		return why
	}
	return Refusal{http.StatusConflict, "unset", why.Error()}
}
