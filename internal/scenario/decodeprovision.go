package scenario

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/fixture"
	"github.com/mockportal/mockportal/internal/scenario/tree"
	"github.com/mockportal/mockportal/openapi"
)

// provisionKey is what a provision takes from the place where it is written.
type provisionKey struct {
	listing   listingKey
	purchaser *tree.Value
}

// listingKey is the same for the listing.
type listingKey struct{ item, org *tree.Value } // org is nil when it cannot be read

// written is a text that the scenario gives as a key.
func written(text string, at tree.Position) *tree.Value {
	return &tree.Value{Kind: tree.Text, Text: text, At: at}
}

func (d *decoder) provision(f tree.Field, key provisionKey) Document {
	o := f.Object()
	defer o.Close()
	fixture, base, with, ok := d.base(o, "provisions")
	if !ok || key.listing.org == nil {
		return Document{} // a fault is reported already
	}
	body := key.fill(base)
	if with.Is(tree.Object) {
		key.contradictions(with)
		body = tree.Merge(body, with.Value())
	}
	document := Document{Fixture: fixture.ID, Body: body.JSON(), Evidence: evidence(fixture, with)}
	if err := d.contract.ProveSchema("Provision", string(document.Body)); err != nil {
		proof{field: f, body: body, file: fixture.File, what: "this provision"}.report(err)
		return document
	}
	checkProvision(f, body)
	return document
}

// base reads fixture and with, and returns the fixture's body; ok is false with a fault when there is none of this folder.
func (d *decoder) base(o *tree.ObjectField, folder string) (fixture fixture.Fixture, body *tree.Value, with tree.Field, ok bool) {
	named := o.Need("fixture")
	with = o.Key("with")
	with.Each(func(string, tree.Position, tree.Field) {}) // it is an object
	if fixture, ok = d.fixture(named); !ok {
		return fixture, nil, with, false
	}
	if path.Dir(fixture.ID) != folder {
		named.Mistake("the fixture %q is not of the folder %s; there are %s", fixture.ID, folder, strings.Join(d.inFolder(folder), ", "))
		return fixture, nil, with, false
	}
	body, _ = tree.Parse(fixture.File, fixture.Body)
	return fixture, body, with, body != nil
}

func (s surroundings) inFolder(folder string) []string {
	return slices.DeleteFunc(s.fixtures.IDs(), func(id string) bool { return path.Dir(id) != folder })
}

func evidence(fixture fixture.Fixture, with tree.Field) openapi.Level {
	if with.Is(tree.Object) && len(with.Value().Entries) > 0 {
		return fixture.Evidence.Level.Weaker(openapi.Assumed)
	}
	return fixture.Evidence.Level
}

// fill puts the ids of the place into the fixture's body.
func (k provisionKey) fill(body *tree.Value) *tree.Value {
	item := k.listing.item
	if own, provisioned := body.Get("itemId"), body.Get("provisionedItemId"); own != nil && provisioned != nil && tree.Equal(own, provisioned) {
		body = body.Set("provisionedItemId", item)
	}
	return body.Set("itemId", item).Set("accountId", k.listing.org).Set("purchaserOrgId", k.purchaser)
}

// contradictions reports the ids that `with` would set otherwise than the keys.
func (k provisionKey) contradictions(with tree.Field) {
	for name, id := range map[string]*tree.Value{"itemId": k.listing.item, "purchaserOrgId": k.purchaser} {
		if set := with.Value().Get(name); set != nil && set.Kind != tree.Unreadable && !tree.Equal(set, id) {
			with.MistakeAt(set.At, "%s is %q by the key of this provision: leave it out", name, id.Text)
		}
	}
}

// checkProvision checks what the schema cannot say.
func checkProvision(f tree.Field, body *tree.Value) {
	states := 0
	for _, state := range []string{"purchased", "trial", "interested"} {
		if body.Get(state).Text == "true" {
			states++
		}
	}
	if states != 1 {
		f.Mistake("exactly one of purchased, trial and interested must be true, not %d", states)
	}
	start, end := whole(body.Get("startDate")), whole(body.Get("endDate"))
	if end != -1 && end <= start {
		f.Mistake("endDate must be -1 (no end) or after startDate %d, not %d", start, end)
	}
}

// whole returns a number that a schema has proven to be an integer.
func whole(v *tree.Value) int64 {
	n, _ := strconv.ParseInt(v.Text, 10, 64)
	return n
}
