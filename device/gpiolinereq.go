package device

import (
	"slices"

	"github.com/warthog618/go-gpiocdev/uapi"
)

// member is an input as a part of a request.
type member struct {
	Input
	input  int // which of the inputs it is
	offset int // of its line in the chip
}

// maxAttributes is how many attributes a request may have: one for the lines that
// are pulled down, and one for each debounce.
const maxAttributes = len(uapi.LineConfig{}.Attrs)

// fits says whether members can be one request.
func fits(members []member) bool {
	return len(members) <= uapi.LinesMax && len(attributes(members)) <= maxAttributes
}

// flags are those of an input.
func (x Input) flags() uapi.LineFlagV2 {
	bias := uapi.LineFlagV2BiasPullDown
	if x.ActiveLow {
		bias = uapi.LineFlagV2BiasPullUp
	}
	return uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | bias
}

// attributes say where members differ from the first: lines with equal values
// share one.
func attributes(members []member) []uapi.LineConfigAttribute {
	var all []uapi.LineConfigAttribute
	add := func(a uapi.LineAttribute, line int) {
		i := slices.IndexFunc(all, func(b uapi.LineConfigAttribute) bool { return b.Attr == a })
		if i < 0 {
			i = len(all)
			all = append(all, uapi.LineConfigAttribute{Attr: a})
		}
		all[i].Mask = all[i].Mask.Set(line, 1)
	}
	for i, m := range members {
		if m.flags() != members[0].flags() {
			add(m.flags().Encode(), i)
		}
		if m.Debounce > 0 {
			add(uapi.DebouncePeriod(m.Debounce).Encode(), i)
		}
	}
	return all
}

// eventBuffer is how many edges of a request the kernel keeps for us: half a second
// of eight lines at 250 Hz each. The oldest are lost when there are more.
const eventBuffer = 1024

// lineRequest asks for members.
func lineRequest(members []member) *uapi.LineRequest {
	r := &uapi.LineRequest{Lines: uint32(len(members)), EventBufferSize: eventBuffer}
	copy(r.Consumer[:], consumer)
	r.Config.Flags = members[0].flags()
	for _, a := range attributes(members) {
		r.Config.AddAttribute(a)
	}
	for i, m := range members {
		r.Offsets[i] = uint32(m.offset)
	}
	return r
}
