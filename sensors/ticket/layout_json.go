package ticket

import (
	"bytes"
	"encoding/json"
	"fmt"

	"readyshelf/kitchen"
)

// ticketJSON is a ticket as `readyshelf ticket decode --json` prints it.
type ticketJSON struct {
	Kind     kitchen.SlipKind `json:"kind"`
	Copy     *string          `json:"copy"`
	Channel  *string          `json:"channel"`
	Seq      *string          `json:"seq"`
	Table    *string          `json:"table"`
	Ordered  *string          `json:"ordered"`
	Promised *string          `json:"promised"`
	Notes    *string          `json:"notes"`
	Items    []itemJSON       `json:"items"`
	Part     *string          `json:"part"`
	Raster   bool             `json:"raster"`
	Encoding *string          `json:"encoding"`
	Unparsed int              `json:"unparsed"`
}

type itemJSON struct {
	Qty  int      `json:"qty"`
	Name string   `json:"name"`
	Mods []string `json:"mods"`
}

// MarshalTicket is a ticket as one line of JSON, without a line end. What the
// slip does not say is null; lists are never null.
func MarshalTicket(t kitchen.Ticket) ([]byte, error) {
	out := ticketJSON{
		Kind: t.Kind, Copy: orNull(t.Copy), Channel: orNull(t.Channel), Seq: orNull(t.Number),
		Table: orNull(t.Table), Ordered: orNull(t.Ordered), Promised: orNull(t.Promised),
		Notes: orNull(t.Notes), Items: []itemJSON{}, Part: orNull(t.Part),
		Raster: t.Raster, Encoding: orNull(t.Encoding), Unparsed: t.Unparsed,
	}
	for _, it := range t.Items {
		out.Items = append(out.Items, itemJSON{it.Qty, it.Name, append([]string{}, it.Mods...)})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("marshal ticket: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
