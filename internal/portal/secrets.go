package portal

import (
	"regexp"
	"sync"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/secret"
)

// Secrets finds what must not be shown of a world: what its members and apps sign in with, and every token that any portal of this program
// issued. It is safe for concurrent use; nil finds nothing.
type Secrets struct {
	world scenario.World
	once  sync.Once // guards known, which is made when it is first asked for
	known *secret.Known
}

// Secrets returns what must not be shown of this world. All worlds that came of one share it.
func (w World) Secrets() *Secrets { return w.secrets }

// Hide masks the secrets in a text. A suffix that tells a sandbox's token from another's stays.
func (s *Secrets) Hide(text string) string { return s.Known().Hide(text) }

// Known returns what finds the secrets, so that those of several worlds can be masked at once.
func (s *Secrets) Known() *secret.Known {
	if s == nil {
		return nil
	}
	s.once.Do(func() { s.known = secret.NewKnown(s.world.Secrets()...).WithShape(issuedPrefix, issued()) })
	return s.known
}

// issuedPrefix is what the payload of every issued token begins with: {"n": in base64.
const issuedPrefix = "eyJuIjo"

// issued matches a token that issue has made, also one whose signature is cut off.
var issued = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(issuedPrefix + `[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]{1,43})?`)
})
