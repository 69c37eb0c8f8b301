package scenario

import (
	"cmp"

	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/tree"
)

// Secrets returns what finds the credentials of the scenario's world in a text.
func (s *Scenario) Secrets() *secret.Known { return s.secrets }

// secrets returns what finds the passwords, tokens, refresh tokens and client secrets of the world. One that is also the
// name of a member or an app is left out: paths and parameters have that name in many places.
func (w World) secrets() *secret.Known {
	var all []string
	add := func(credential string) {
		_, member := w.Members[credential]
		_, app := w.Apps[credential]
		if !member && !app {
			all = append(all, credential)
		}
	}
	for _, m := range w.Members {
		add(m.Password)
		add(m.Token)
		add(m.RefreshToken)
	}
	for _, a := range w.Apps {
		add(a.Secret)
	}
	return secret.NewKnown(all...)
}

// masked masks in mistakes what the document, or one that it extends, has under secret names.
func (f *file) masked(mistakes tree.Mistakes) tree.Mistakes {
	root := cmp.Or(f.merged, f.root)
	if len(mistakes) == 0 || root == nil {
		return mistakes
	}
	return masked(mistakes, secret.NewKnown(secretsIn(root, false)...))
}

// secretsIn returns the texts and numbers that stand under a secret name, at any depth.
func secretsIn(v *tree.Value, under bool) (all []string) {
	if under && (v.Kind == tree.Text || v.Kind == tree.Number) {
		all = append(all, v.Text)
	}
	for _, entry := range v.Entries {
		all = append(all, secretsIn(entry.Value, under || secret.IsName(entry.Key))...)
	}
	for _, item := range v.Items {
		all = append(all, secretsIn(item, under)...)
	}
	return all
}

func masked(mistakes tree.Mistakes, known *secret.Known) tree.Mistakes {
	for i := range mistakes {
		mistakes[i].Message = secret.Hide(mistakes[i].Message, known)
	}
	return mistakes
}
