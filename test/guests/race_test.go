//go:build race

package guests_test

func init() { raced = true }
