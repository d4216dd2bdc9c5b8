// The kitchen's pages in a real browser. It is a module of its own, so that a browser's
// protocol does not become a dependency of the product.
module readyshelf/test/browser

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.2
	github.com/chromedp/chromedp v0.23.0
	readyshelf v0.0.0
)

require (
	github.com/creack/pty v1.1.24 // indirect
	github.com/eclipse/paho.mqtt.golang v1.5.1 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace readyshelf => ../..
