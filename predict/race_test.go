//go:build race

package predict

func init() { raced = true }
