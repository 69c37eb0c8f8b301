package scenario

import (
	"slices"
	"strings"

	"github.com/mockportal/mockportal/internal/contract"
	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/secret"
)

// Secrets returns the passwords, tokens, refresh tokens and client secrets of the world, in no order. One that is also a public word, the
// name of a member, an app, an organisation, a listing or of something in the contract, is left out: it cannot be told from that word.
func (w World) Secrets() []string {
	var all []string
	public := append(contract.BuiltIn().Words(), secret.Names()...)
	for _, m := range w.Members {
		all = append(all, m.Password, m.Token, m.RefreshToken)
		public = append(public, m.Username, m.OrgID, m.Role)
	}
	for _, a := range w.Apps {
		all = append(all, a.Secret)
		public = append(public, a.ClientID)
	}
	for _, l := range w.Listings {
		public = append(public, l.ItemID, l.OrgID)
		for org := range l.Provisions {
			public = append(public, org)
		}
	}
	return slices.DeleteFunc(all, func(text string) bool {
		return slices.ContainsFunc(public, func(word string) bool { return strings.EqualFold(word, text) })
	})
}

// masked takes the secrets of a world out of its mistakes, which quote what was written elsewhere.
func (w World) masked(mistakes fixture.Mistakes) fixture.Mistakes { return hide(w.Secrets(), mistakes) }

// masked takes the secrets that a document writes out of its mistakes, also where it is not understood as a world.
func (f *file) masked(mistakes fixture.Mistakes) fixture.Mistakes {
	var all []string
	for _, group := range []struct {
		name string
		keys []string
	}{{"members", []string{"password", "token", "refreshToken"}}, {"apps", []string{"secret"}}} {
		entries := f.root.Get("world").Get(group.name)
		if entries == nil {
			continue
		}
		for _, entry := range entries.Entries {
			for _, key := range group.keys {
				if value := entry.Value.Get(key); value != nil {
					all = append(all, value.Text)
				}
			}
		}
	}
	return hide(all, mistakes)
}

func hide(secrets []string, mistakes fixture.Mistakes) fixture.Mistakes {
	known := secret.NewKnown(secrets...)
	for i := range mistakes {
		mistakes[i].Message = known.Hide(mistakes[i].Message)
	}
	return mistakes
}
