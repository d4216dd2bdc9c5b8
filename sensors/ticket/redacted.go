package ticket

// Redacted are the lines of the slip without what is personal, as the rules of
// understanding see them. What was left out whole is said. Of the options it needs the
// layouts.
func (s Slip) Redacted(o Options) []string {
	p := redact(s.Lines, nil)
	if l := o.Layouts.Of(s); l != nil {
		l.hide(p, asPrinted(p))
	}
	rows := p.rows
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.print
		if r.gone {
			lines[i] = "(personal data)"
		}
	}
	return lines
}
