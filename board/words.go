package board

import (
	"encoding/json"
	"fmt"
	"io/fs"
)

// dictionary returns the page's words in a language, by key. {name} in a text
// stands for a value.
func dictionary(language string) (map[string]string, error) {
	body, err := fs.ReadFile(web, "web/words/"+language+".json")
	if err != nil {
		return nil, fmt.Errorf("read the page's words: %w", err)
	}
	words := map[string]string{}
	if err := json.Unmarshal(body, &words); err != nil {
		return nil, fmt.Errorf("read the page's words in %s: %w", language, err)
	}
	return words, nil
}
