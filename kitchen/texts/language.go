package texts

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"readyshelf/kitchen"
)

// language is what a language has beside its sentences.
type language struct {
	name      string
	day       string // the layout of a time of another day
	platforms map[string]string
}

// languages are those that are shipped.
var languages = map[string]*language{
	"zh": {"zh", "1月2日 15:04", with(map[string]string{
		"meituan": "美团", "eleme": "饿了么", "jd": "京东", "douyin": "抖音", "baemin": "배달의민족", "demaecan": "出前馆",
	})},
	"en": {"en", "Jan 2, 15:04", with(map[string]string{
		"meituan": "Meituan", "eleme": "Ele.me", "jd": "JD", "douyin": "Douyin", "baemin": "Baemin", "demaecan": "Demae-can",
	})},
}

// with adds the platforms that are called the same everywhere. A channel that is none of
// all these, as own or dine-in, has no name to be said.
func with(own map[string]string) map[string]string {
	maps.Copy(own, map[string]string{
		"keeta": "Keeta", "ubereats": "Uber Eats", "doordash": "DoorDash", "grubhub": "Grubhub", "deliveroo": "Deliveroo",
		"wolt": "Wolt", "justeat": "Just Eat", "skip": "SkipTheDishes", "postmates": "Postmates", "foodpanda": "foodpanda",
		"ifood": "iFood", "rappi": "Rappi", "glovo": "Glovo", "grab": "GrabFood", "gofood": "GoFood",
		"shopeefood": "ShopeeFood", "bolt": "Bolt Food", "ezcater": "ezCater", "yogiyo": "Yogiyo",
		"coupangeats": "Coupang Eats", "talabat": "talabat", "swiggy": "Swiggy", "zomato": "Zomato",
		"pedidosya": "PedidosYa", "toogoodtogo": "Too Good To Go",
	})
	return own
}

// Languages are the names of those that are shipped, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

//go:embed shipped
var files embed.FS

// shipped returns the sentences of each language, compiled once.
var shipped = sync.OnceValues(func() (map[string]sentences, error) {
	all := map[string]sentences{}
	for name := range languages {
		body, err := files.ReadFile("shipped/" + name + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the shipped sentences: %w", err)
		}
		var t kitchen.Templates
		if err := json.Unmarshal(body, &t); err != nil {
			return nil, fmt.Errorf("read the shipped sentences in %s: %w", name, err)
		}
		compiled, errs := compile(t)
		for _, k := range kinds {
			if _, ok := compiled[k.alert]; !ok {
				errs = append(errs, &Error{Alert: k.alert, Reason: "it has no sentences"})
			}
		}
		if len(errs) > 0 {
			return nil, fmt.Errorf("the shipped sentences in %s: %w", name, errs)
		}
		all[name] = compiled
	}
	return all, nil
})
