// Package board is the kitchen's page: what is cooking, what waits to be handed
// over, and what is wrong, to be read from two metres away.
//
// [Server] is one http.Handler without state of its own. It asks View for the newest
// [kitchen.Board] and waits on Changed. routes.go lists all that may be asked, and by
// whom; web/ has what the browser gets: base.html is around every page, NAME.html,
// NAME.css and NAME.js make one, live.js follows the stream, words/LANGUAGE.json has
// every word. Nothing is built before it is served.
//
// # State
//
// What the page shows is one JSON value, {now, board, health}: the kitchen's wall
// clock, the board as the last commit left it, and how the log and the way to the
// cloud are. It is always whole, never a difference, so a page that missed some is
// right again with the next. /board.json answers it once, /events whenever it changes.
//
// # The stream
//
// /events is Server-Sent Events:
//
//	event: edition  at connect; the data names what the page is made of. A page of
//	                another edition loads itself anew, as after an update
//	event: state    at connect and at each change, at most ten a second; id is the
//	                board's seq
//	event: beat     twice a second; the data is the kitchen's clock
//
// The beat is an event and no comment, because a browser hides comments from the
// page. After a second and a half without either the page says that it is out of date and
// stops its clocks.
//
// # What may be asked, and by whom
//
// Who sits at this machine, or came through a tunnel to it, is the owner. Everybody else
// needs a session: [Door] makes a code, a screen types it at /pair and gets a cookie that
// is signed, has a [Role], and can be taken back at any time. Each page and each route
// has the least role that may ask for it; pages send a screen without one to /pair, data
// is refused with {error: {code, text}}: unpaired, role, cross_origin.
//
// A request must name the host by address, as localhost, or by one of Server.Names. Any
// other name may be a foreign site that points its own name at this machine (DNS
// rebinding), so it is refused; so is whatever another site's page asks for. Nothing is
// loaded from elsewhere: the Content-Security-Policy forbids it. What is large, slow or
// too many is refused: limit.go has the figures.
package board
