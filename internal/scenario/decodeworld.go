package scenario

import (
	"slices"

	"github.com/mockportal/mockportal/internal/nearest"
	"github.com/mockportal/mockportal/internal/tree"
)

func (d *decoder) world(f tree.Field) World {
	o := f.Object()
	defer o.Close()
	return World{
		Members:  d.readMembers(o.Key("members")),
		Apps:     d.apps(o.Key("apps")),
		Listings: d.listings(o.Key("listings")),
		License:  d.license(o.Key("license")),
		Portal:   readPortal(o.Key("portal")),
	}
}

func (d *decoder) readMembers(f tree.Field) map[string]Member {
	members, owners := map[string]Member{}, map[string]string{}
	f.Each(func(username string, _ tree.Position, entry tree.Field) {
		o := entry.Object()
		token, refreshToken := o.Key("token"), o.Key("refreshToken")
		m := Member{
			Username:     username,
			Password:     o.Key("password").Text(),
			Token:        token.Text(),
			TokenExpires: o.Key("tokenExpires").Time(),
			RefreshToken: refreshToken.Text(),
			OrgID:        o.Need("orgId").Text(),
			Role:         o.Need("role").Word("org_admin", "org_publisher", "org_user"), // no default grants rights
		}
		if privileges := o.Key("privileges"); privileges.Present() {
			privileges.Items(func(item tree.Field) { m.Privileges = append(m.Privileges, item.Text()) })
		} else if m.Role == "org_admin" {
			m.Privileges = administrator()
		}
		o.Close()
		ownedOnce(owners, token, m.Token, username)
		ownedOnce(owners, refreshToken, m.RefreshToken, username)
		members[username] = m
		d.members = append(d.members, username)
	})
	return members
}

// ownedOnce checks that a token or refresh token is the only one with its text.
func ownedOnce(owners map[string]string, f tree.Field, token, username string) {
	if owner, taken := owners[token]; taken && token != "" {
		f.Mistake("the members %q and %q have the same token", owner, username)
	}
	owners[token] = username
}

func (d *decoder) apps(f tree.Field) map[string]App {
	apps := map[string]App{}
	f.Each(func(id string, _ tree.Position, entry tree.Field) {
		o := entry.Object()
		app := App{ClientID: id, Secret: o.Need("secret").Text(), Member: d.member(o.Key("member"))}
		o.Key("redirectUris").Items(func(item tree.Field) { app.RedirectURIs = append(app.RedirectURIs, item.Text()) })
		apps[id] = app
		o.Close()
	})
	return apps
}

// member reads the username of a member of the world.
func (d *decoder) member(f tree.Field) string {
	name := f.Text()
	if name != "" && !d.anybody && !slices.Contains(d.members, name) {
		f.Mistake("no member %q%s", name, nearest.Suggest(name, d.members))
	}
	return name
}

func readPortal(f tree.Field) PortalOptions {
	o := f.Object()
	defer o.Close()
	return PortalOptions{
		Methods:      o.Key("methods").Option("documented", "lenient"),
		Errors:       o.Key("errors").Option("envelope", "status"),
		ContentTypes: o.Key("contentTypes").Option("documented", "observed"),
		CORS:         o.Key("cors").Option("portal", "open"),
	}
}

func (d *decoder) listings(f tree.Field) map[string]Listing {
	listings := map[string]Listing{}
	f.Each(func(itemID string, at tree.Position, entry tree.Field) {
		o := entry.Object()
		org := o.Need("orgId")
		listing := Listing{
			ItemID:            itemID,
			OrgID:             org.Text(),
			LicenseBy:         o.Key("licenseBy").Option("user", "organization"),
			SignatureRequired: o.Key("signatureRequired").Bool(),
		}
		keys := provisionKeys{item: keyText(itemID, at)}
		if org.Is(tree.Text) {
			keys.org = org.Value()
		}
		listing.Provisions = d.provisions(o.Key("provisions"), keys)
		o.Close()
		listings[itemID] = listing
	})
	return listings
}

func (d *decoder) provisions(f tree.Field, keys provisionKeys) map[string]Document {
	provisions := map[string]Document{}
	f.Each(func(purchaser string, at tree.Position, entry tree.Field) {
		keys.purchaser = keyText(purchaser, at)
		provisions[purchaser] = d.provision(entry, keys)
	})
	return provisions
}
