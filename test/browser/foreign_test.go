package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What a page of somebody else tries, in the browser of who sits at the box, which is the
// owner. AT is the board's address, ORDER an order's id. Each returns what it got hold of.
const attack = `(async () => {
	const at = "AT", got = {};
	const press = JSON.stringify({ order: "ORDER", transaction: "0123456789abcdef" });
	const attempt = async (what, does) => (got[what] = await does().catch(() => "refused"));
	for (const path of ["/board.json", "/whoami", "/today/orders.csv", "/settings.json", "/devices.json"]) {
		await attempt("read " + path, async () => (await fetch(at + path, { credentials: "include" })).text());
		await attempt("load " + path, () => new Promise((yes, no) => {
			const script = document.createElement("script");
			[script.src, script.onload, script.onerror] = [at + path, () => yes("loaded"), no];
			document.body.append(script);
		}));
	}
	await attempt("press, as JSON", async () => (await fetch(at + "/orders/ready", {
		method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: press,
	})).text());
	for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
		await attempt("press, as " + type, async () => (await fetch(at + "/orders/ready", {
			method: "POST", mode: "no-cors", credentials: "include", headers: { "Content-Type": type }, body: press,
		})).type === "opaque" ? "refused" : "sent");
	}
	await attempt("beacon", async () => navigator.sendBeacon(at + "/orders/ready", new Blob([press])) && "refused");
	for (const path of ["/events", "/pickup/events"]) {
		await attempt("hear " + path, () => new Promise((yes, no) => {
			const heard = new EventSource(at + path, { withCredentials: true });
			heard.addEventListener("state", () => yes("heard"));
			heard.onerror = () => (heard.close(), no());
		}));
	}
	document.title = JSON.stringify(got);
})(), true`

// A page of another site, also one on another port of the box, reads nothing of the board
// and changes nothing.
func TestForeignPage(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	s.print("71", soup)
	b := s.tab("/", tablet)
	b.until("the order", `!!cooking("71")`)
	resp, err := http.Get("http://" + s.page + "/board.json")
	s.must(err)
	defer resp.Body.Close()
	var now struct {
		Board struct {
			Orders []struct {
				ID string `json:"order_id"`
			}
		}
	}
	s.must(json.NewDecoder(resp.Body).Decode(&now))
	if len(now.Board.Orders) != 1 || now.Board.Orders[0].ID == "" {
		t.Fatalf("got the orders %+v", now.Board.Orders)
	}
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>evil</title><link rel=icon href=data:><body>")
	}))
	defer evil.Close()
	_, port, _ := strings.Cut(evil.Listener.Addr().String(), ":")
	for _, site := range []string{"http://evil.localhost:" + port, "http://127.0.0.1:" + port} {
		m := screen(t, site, tablet)
		m.pardon()
		m.until("the other site", `document.title === "evil"`)
		ask[bool](m, strings.NewReplacer("AT", "http://"+s.page, "ORDER", now.Board.Orders[0].ID).Replace(attack))
		m.until("all to be tried", `document.title !== "evil"`)
		for what, got := range ask[map[string]string](m, `JSON.parse(document.title)`) {
			if got != "refused" {
				t.Errorf("%s: %s: %s", site, what, got)
			}
		}
	}
	if !ask[bool](b, `!!cooking("71")`) {
		t.Error("another site's page made an order ready")
	}
}
