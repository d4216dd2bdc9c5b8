package device

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// thermalFiles are the kernel's sensors, in thousandths of a degree Celsius
// (Documentation/driver-api/thermal/sysfs-api.rst of the kernel).
const thermalFiles = "/sys/class/thermal/thermal_zone*/temp"

// Temperature returns the highest temperature of the machine's own sensors in
// degrees Celsius, and false where it has none.
func Temperature() (float64, bool) { return hottest(thermalFiles) }

// hottest reads the files of a pattern. A sensor that does not answer is left out.
func hottest(pattern string) (float64, bool) {
	files, _ := filepath.Glob(pattern)
	most := math.Inf(-1)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		if milli, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
			most = max(most, float64(milli)/1000)
		}
	}
	return most, !math.IsInf(most, -1)
}
