// Package texts puts alerts into words: a sentence for the courier and one for the
// customer, from templates of a language that a store may replace by its own.
//
// It is the last step of what the kitchen means, and the only one that has a language,
// so it stands beside package kitchen and not in it: there nothing is parsed. It is pure,
// and it knows neither the log nor the wire.
//
// # Templates
//
// A template is that of [text/template], of which little is allowed: text, {{.Slot}},
// {{if}} with else, the words and, or, not, eq, ne, lt, le, gt, ge, and plural. Its parser is
// that of text/template; what it reads is compiled here, because a backlog goes out no faster
// than it is put into words. A fuzz test holds the two to saying the same. Nothing
// repeats and nothing pads, so what a template costs is bounded by its length.
//
// A slot is a fact of the alert: see [Slots]. A time is in the store's zone. Most facts
// may be missing, and a slot without its fact would make a sentence with a hole. So a
// template is refused when it is loaded if it can be filled in wrongly: every slot must be
// one that its alert can have, and stand where an {{if}} has asked for it. [Load] finds out
// by saying the sentence for every combination of the facts that the template speaks of,
// as long as they can be. What could still go wrong, behind a comparison that no
// combination passes, is seen when the sentence is said: the shipped one takes its place.
//
// # Language
//
// zh and en are shipped. A store's own templates replace single sentences of one of them.
// Alerts about devices, the clock and the log are nobody's order and have no sentences.
package texts
