package rig_test

import (
	"fmt"
	"slices"
	"time"
)

// spread is the shortest, the middle and the longest of some times.
func spread(all []time.Duration) string {
	all = slices.Clone(all)
	slices.Sort(all)
	if len(all) == 0 {
		return "never"
	}
	return fmt.Sprintf("%.1f s to %.1f s, half of them in %.1f s", all[0].Seconds(), all[len(all)-1].Seconds(), all[len(all)/2].Seconds())
}
