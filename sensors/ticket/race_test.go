//go:build race

package ticket

func init() { raced = true }
