package board

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Languages are those of the pages, sorted: web/words has a file of each, and one more file
// is one more language.
func Languages() []string { return languages(web) }

func languages(pages fs.FS) (all []string) {
	files, _ := fs.Glob(pages, "web/words/*.json") // a pattern that there is
	for _, name := range files {
		all = append(all, strings.TrimSuffix(path.Base(name), ".json"))
	}
	return all
}

// known is a language that the pages have.
func known(language string) string {
	if slices.Contains(Languages(), language) {
		return language
	}
	return "zh"
}

// dictionary returns the words of the pages in a language, by key. {name} in a text stands
// for a value. What a language lacks it says in English.
func dictionary(pages fs.FS, language string) (map[string]string, error) {
	words := map[string]string{}
	for _, name := range []string{"en", language} {
		body, err := fs.ReadFile(pages, "web/words/"+name+".json")
		if err != nil {
			return nil, fmt.Errorf("read the page's words: %w", err)
		}
		if err := json.Unmarshal(body, &words); err != nil {
			return nil, fmt.Errorf("read the page's words in %s: %w", name, err)
		}
	}
	return words, nil
}
