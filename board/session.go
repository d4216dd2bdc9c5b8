package board

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// lifetime is how long a session lasts that nobody uses; renewal is how old it is when
// the next answer brings a new one.
const (
	lifetime = 365 * 24 * time.Hour
	renewal  = 24 * time.Hour
)

// session is what a screen's cookie says. Its text is
//
//	1.SCREEN.ROLE.ISSUED.EXPIRES.MAC
//
// with the version of this format, and an s behind it for one that is good over TLS alone;
// the id of the screen, its role as a word, two times in seconds since 1970, and
// HMAC-SHA256 over all before the last dot, in base64url.
type session struct {
	// secure says that it was given over TLS. Only there is it good, and no other is:
	// whoever listened before there was TLS has one of those.
	secure          bool
	screen          string
	role            Role
	issued, expires int64
}

// formats are the versions of a session's text.
var formats = map[bool]string{false: "1", true: "1s"}

// signed is what the signature is over.
func (s session) signed() string {
	return strings.Join([]string{
		formats[s.secure], s.screen, s.role.String(), strconv.FormatInt(s.issued, 10), strconv.FormatInt(s.expires, 10),
	}, ".")
}

// seal returns the text of s, signed with key.
func (s session) seal(key []byte) string {
	return s.signed() + "." + base64.RawURLEncoding.EncodeToString(sign(key, s.signed()))
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// maxSession is longer than any session's text, in bytes.
const maxSession = 256

var screenID = regexp.MustCompile(`^[A-Z2-7]{26}$`) // of rand.Text

// openSession reads a session's text. Only what seal wrote with the same key is one, to
// the letter.
func openSession(key []byte, text string) (s session, ok bool) {
	if len(text) > maxSession {
		return s, false
	}
	parts := strings.Split(text, ".")
	secure := parts[0] == formats[true]
	if len(parts) != 6 || parts[0] != formats[secure] || !screenID.MatchString(parts[1]) {
		return s, false
	}
	role, known := roleOf(parts[2])
	issued, err := strconv.ParseInt(parts[3], 10, 64)
	expires, err2 := strconv.ParseInt(parts[4], 10, 64)
	mac, err3 := base64.RawURLEncoding.Strict().DecodeString(parts[5])
	if !known || err != nil || err2 != nil || err3 != nil {
		return s, false
	}
	s = session{secure, parts[1], role, issued, expires}
	return s, hmac.Equal(mac, sign(key, s.signed())) && text == s.signed()+"."+parts[5]
}

// The names of the cookie. A browser takes the second one from a page over TLS only, and
// from this host alone.
const (
	plainCookie  = "readyshelf"
	secureCookie = "__Host-readyshelf"
)

// secure says that a request came over TLS.
func secure(r *http.Request) bool { return r.TLS != nil }

func cookieName(r *http.Request) string {
	if secure(r) {
		return secureCookie
	}
	return plainCookie
}

// newCookie brings a session's text to the screen that asked; an empty one takes it away.
func newCookie(r *http.Request, text string) *http.Cookie {
	age := int(lifetime / time.Second)
	if text == "" {
		age = -1
	}
	return &http.Cookie{
		Name: cookieName(r), Value: text, Path: "/", MaxAge: age,
		Secure: secure(r), HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}
