package board

import (
	"net/http"
	"strings"

	"readyshelf/kitchen"
)

// page is what a browser opens. It is made of web/base.html and of its own files in
// web: NAME.html, NAME.css and NAME.js. One for nobody has no line of places at its top.
type page struct {
	name, path string
	role       Role // that may see it
}

// at is the page's path as a browser shows it.
func (p page) at() string { return strings.TrimSuffix(p.path, "{$}") }

// pages are all there are, in the order in which each names them at its top.
var pages = []page{
	{"kitchen", "/{$}", View},
	{"pickup", "/pickup", Pickup},
	{"today", "/today", View},
	{"devices", "/devices", Staff},
	{"settings", "/settings", Owner},
	{"pair", "/pair", Nobody},
}

// home is the first page that a role may see.
func home(role Role) string {
	for _, p := range pages {
		if p.role > Nobody && p.role <= role {
			return p.at()
		}
	}
	return "/pair"
}

// route is what the pages ask for.
type route struct {
	pattern string
	role    Role // that may ask
	handler http.Handler
}

// routes are all there are, beside the pages and the files that they load.
func (s *Server) routes(edition string) []route {
	return append(s.settingsRoutes(), []route{
		{"GET /events", View, s.watched(stream{s, edition, &frames{server: s, make: s.frame}})},
		{"GET /pickup/events", Pickup, s.watched(stream{s, edition, &frames{server: s, make: s.pickupFrame}})},
		{"GET /board.json", View, http.HandlerFunc(s.serveState)},
		{"GET /today/day.json", View, http.HandlerFunc(s.serveDay)},
		{"GET /today/orders.csv", View, http.HandlerFunc(s.serveCSV)},
		{"GET /healthz", Nobody, http.HandlerFunc(s.serveHealth)},
		{"GET /whoami", Nobody, http.HandlerFunc(s.whoami)},
		{"POST /orders/ready", Staff, s.touched(kitchen.CommandReady)},
		{"POST /orders/undo", Staff, s.touched(kitchen.CommandUndo)},
		{"POST /orders/handover", Staff, s.touched(kitchen.CommandHandOver)},
		{"POST /orders/return", Staff, s.touched(kitchen.CommandReturn)},
		{"POST /orders/recall", Staff, s.touched(kitchen.CommandRecall)},
		{"GET /devices.json", Staff, http.HandlerFunc(s.serveDevices)},
		{"GET /devices/listen", Staff, s.watched(http.HandlerFunc(s.serveListen))},
		{"POST /devices/try", Owner, s.watched(post(s, s.tryDevice))},
		{"POST /devices/light", Owner, s.watched(post(s, s.blinkLight))},
		{"POST /pair", Nobody, http.HandlerFunc(s.pair)},
		{"POST /leave", Pickup, http.HandlerFunc(s.leave)},
	}...)
}
