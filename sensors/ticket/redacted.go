package ticket

// Redacted are the lines of the slip without what is personal, as the rules of
// understanding see them. What was left out whole is said.
func (s Slip) Redacted() []string {
	rows := redact(s.Lines, nil).rows
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.print
		if r.gone {
			lines[i] = "(personal data)"
		}
	}
	return lines
}
