// Package browser is the kitchen's pages as people meet them: the real daemon with virtual
// hardware, its real pages in a headless Chromium.
//
// A [shop] is a running daemon with a till, buttons, lamps and a broker behind a cable that
// can be cut. A [tab] is one screen in the shop, with a browser profile of its own, as two
// tablets have nothing in common. A test waits for what a page shows by looking again and
// again, never for a time to pass, and every tab must end without an exception and without
// a complaint in its console.
//
// The tests need Chromium or Chrome and are skipped without; CHROMIUM names another one.
package browser
