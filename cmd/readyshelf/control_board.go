package main

import (
	"encoding/json"
	"net/http"

	"readyshelf/board"
)

// offerWanted is what POST /board/pair takes: which role, and which name, for a screen.
type offerWanted struct {
	Role string `json:"role"`
	Name string `json:"name"`
}

// unpairing is what POST /board/unpair takes.
type unpairing struct {
	Name string `json:"name"`
}

// maxBoardBody is the longest that is asked about the board, in bytes.
const maxBoardBody = 4 << 10

// servePairing answers POST /board/pair with a [board.Offer].
func (h *house) servePairing(w http.ResponseWriter, r *http.Request) {
	var want offerWanted
	if !h.boardAsked(w, r, &want) {
		return
	}
	var role board.Role
	err := role.UnmarshalText([]byte(want.Role))
	var o board.Offer
	if err == nil {
		o, err = h.door.Offer(role, want.Name)
	}
	h.answerBoard(w, o, err)
}

// serveScreens answers GET /board/screens.
func (h *house) serveScreens(w http.ResponseWriter, _ *http.Request) {
	h.nameLog(w)
	if h.door == nil {
		http.Error(w, noDoor, http.StatusConflict)
		return
	}
	h.answerBoard(w, h.door.Screens(), nil)
}

// serveUnpairing answers POST /board/unpair.
func (h *house) serveUnpairing(w http.ResponseWriter, r *http.Request) {
	var who unpairing
	if !h.boardAsked(w, r, &who) {
		return
	}
	gone, err := h.door.Unpair(who.Name)
	h.answerBoard(w, gone, err)
}

// noDoor is why nobody can be paired.
const noDoor = "this daemon lets no screens in: its board is switched off, or the daemon's log says what is wrong"

// boardAsked reads what is asked of this daemon. Where it is false that was answered.
func (h *house) boardAsked(w http.ResponseWriter, r *http.Request, into any) bool {
	h.nameLog(w)
	switch err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBoardBody)).Decode(into); {
	case !sameFile(r.Header.Get(pathHeader), w.Header().Get(pathHeader)):
		http.Error(w, "this daemon keeps another log", http.StatusMisdirectedRequest)
	case h.door == nil:
		http.Error(w, noDoor, http.StatusConflict)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		return true
	}
	return false
}

func (h *house) answerBoard(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := printJSON(w, v); err != nil {
		h.log.Debug("an answer about the board was cut short", "error", err)
	}
}
