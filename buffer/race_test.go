//go:build race

package buffer

func init() { raced = true }
