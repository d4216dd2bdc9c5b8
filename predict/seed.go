package predict

import "errors"

// Seed is what a store of a chain can give to another.
type Seed struct {
	Version int `json:"version"`
}

func (s *Seed) prior() (*prior, error) { return nil, errors.New("not yet") }
