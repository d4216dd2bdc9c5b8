// Package systemd holds what is installed beside the program: the units, the user, the
// devices' names, the configuration to begin with, and, in the folder package, how all of
// it becomes a Debian package. Go reads the configuration only.
package systemd

import _ "embed"

// Configuration is what /etc/readyshelf/readyshelf.toml is before anybody has changed it:
// valid, safe to run, and every setting explained.
//
//go:embed readyshelf.toml
var Configuration []byte
