package kitchen

// Sentences are what is said of one thing to two people: the courier who fetches an
// order and the customer who eats it.
type Sentences struct {
	Courier  string `json:"courier,omitempty"`
	Customer string `json:"customer,omitempty"`
}

// Templates are a store's own sentences in one language, by alert, with slots to be
// filled in. What is not there is as shipped. The kitchen only keeps them: package texts
// has checked them before, and says them.
type Templates map[AlertType]Sentences

// Texts is what an alert says to people. The log never has it: an alert is put into words
// when it is sent.
type Texts struct {
	// Version names the templates: their language and a fingerprint, "zh-3f2a91c0".
	Version string `json:"version"`
	Sentences
}

// applyTemplates keeps the templates of a command that is not answered already. The
// reply that follows asks the same, so they agree.
func (s *State) applyTemplates(at Stamp, c Command) {
	if c.Name != CommandTemplates || c.Language == "" {
		return
	}
	if _, known := s.answered(c.Transaction, at); known || s.crowded(at) {
		return
	}
	if len(c.Templates) == 0 {
		delete(s.Templates, c.Language)
		return
	}
	if s.Templates == nil {
		s.Templates = map[string]Templates{}
	}
	s.Templates[c.Language] = c.Templates
}
