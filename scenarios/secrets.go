package scenarios

import (
	"slices"
	"strings"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/openapi"
)

// Secrets returns the passwords, tokens, refresh tokens and client secrets of the world, in no order. One that is also a public word, the
// name of a member, an app, an organisation, a listing or of something in the contract, is left out: it cannot be told from that word.
func (w World) Secrets() []string {
	var all []string
	public := append(openapi.Portal().Words(), secret.Names()...)
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

// masked takes the secrets of a world out of its faults, which quote what was written elsewhere.
func (w World) masked(faults fixtures.Faults) fixtures.Faults { return hide(w.Secrets(), faults) }

// masked takes the secrets that a document writes out of its faults, also where it is not understood as a world.
func (f *file) masked(faults fixtures.Faults) fixtures.Faults {
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
	return hide(all, faults)
}

func hide(secrets []string, faults fixtures.Faults) fixtures.Faults {
	known := secret.NewKnown(secrets...)
	for i := range faults {
		faults[i].Message = known.Hide(faults[i].Message)
	}
	return faults
}
