package board

import "fmt"

// Role is what somebody may do. Each may do what those before it may.
type Role int

// The roles.
const (
	Nobody Role = iota // may know whether the daemon lives, and pair
	Pickup             // sees what couriers and guests see
	View               // sees the kitchen
	Staff              // presses
	Owner              // sets things up
)

var roleNames = []string{"nobody", "pickup", "view", "staff", "owner"}

// String is the word for a role, as commands and files have it.
func (r Role) String() string {
	if r < Nobody || r > Owner {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return roleNames[r]
}

// roleOf returns the role of a word. A screen cannot be nobody.
func roleOf(word string) (Role, bool) {
	for r := Pickup; r <= Owner; r++ {
		if roleNames[r] == word {
			return r, true
		}
	}
	return Nobody, false
}

// MarshalText writes the word.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word of a role that a screen can have.
func (r *Role) UnmarshalText(text []byte) error {
	role, ok := roleOf(string(text))
	if !ok {
		return fmt.Errorf("there is no role %q: pickup, view, staff or owner", text)
	}
	*r = role
	return nil
}
