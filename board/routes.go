package board

import "net/http"

// page is what a browser opens. It is made of web/base.html and of its own files in
// web: NAME.html, NAME.css and NAME.js.
type page struct {
	name, path string
	role       Role // that may see it
}

// pages are all there are, in the order in which each names them at its top.
var pages = []page{
	{"kitchen", "/{$}", View},
}

// route is what the pages ask for.
type route struct {
	pattern string
	role    Role // that may ask
	handler http.Handler
}

// routes are all there are, beside the pages and the files that they load.
func (s *Server) routes(edition string) []route {
	return []route{
		{"GET /events", View, stream{s, edition}},
		{"GET /board.json", View, http.HandlerFunc(s.serveState)},
		{"GET /healthz", Nobody, http.HandlerFunc(s.serveHealth)},
	}
}
