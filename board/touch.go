package board

import (
	"cmp"
	"context"
	"net/http"
	"regexp"

	"readyshelf/kitchen"
)

// touch is what a person at a screen asks of an order.
type touch struct {
	// Order is its id.
	Order string `json:"order"`
	// Transaction names the touch. The page makes it, so that one which it sends again,
	// because it heard no answer, does nothing twice.
	Transaction string `json:"transaction"`
}

// done answers a touch.
type done struct {
	Order string `json:"order_id"`
}

// maxOrder is the longest id of an order, in bytes. Most have thirty; one of a channel and
// of a number that fill a slip's head with what is no ASCII has four hundred.
const maxOrder = 1000

var transactions = regexp.MustCompile(`^[0-9A-Za-z-]{16,64}$`)

// unstored is the answer to a touch that the log did not take.
var unstored = Refusal{http.StatusServiceUnavailable, "unavailable", "it could not be stored: send it again with the same transaction"}

// touched puts a touch before the kitchen as the command of that name.
func (s *Server) touched(name string) http.Handler {
	return post(s, func(ctx context.Context, v Visitor, t touch) (any, error) {
		if t.Order == "" || len(t.Order) > maxOrder || !transactions.MatchString(t.Transaction) {
			return nil, Refusal{http.StatusBadRequest, "malformed", "order: its order_id; transaction: 16 to 64 letters and digits that no other touch has"}
		}
		if s.Do == nil {
			return nil, unstored
		}
		r, err := s.Do(ctx, v.Screen, kitchen.Command{Transaction: t.Transaction, Name: name, Order: t.Order})
		switch {
		case err != nil:
			s.log().Warn("a touch was not stored", "screen", v.Screen, "what", name, "error", err)
			return nil, unstored
		case r.Error != "":
			return nil, Refusal{cmp.Or(refused[r.Error], http.StatusConflict), r.Error, r.Text}
		}
		return done{r.Order}, nil
	})
}

// refused is the status of an answer, by the code of the kitchen's reply.
var refused = map[string]int{
	kitchen.CodeNotFound:       http.StatusNotFound,
	kitchen.CodeAmbiguous:      http.StatusConflict,
	kitchen.CodeConflict:       http.StatusConflict,
	kitchen.CodeBusy:           http.StatusTooManyRequests,
	kitchen.CodeUnknownCommand: http.StatusBadRequest,
}
