package scenario

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mockportal/mockportal/internal/tree"
)

// provisionKeys are the ids that a provision takes from the keys around it.
type provisionKeys struct {
	item, org, purchaser *tree.Value // org is nil if it cannot be read
}

// keyText returns a key as a value.
func keyText(key string, at tree.Position) *tree.Value {
	return &tree.Value{Kind: tree.Text, Text: key, At: at}
}

func (d *decoder) provision(f tree.Field, keys provisionKeys) Document {
	o := f.Object()
	defer o.Close()
	base, with, ok := d.base(o, "provisions")
	if !ok || keys.org == nil {
		return Document{} // a mistake is recorded already
	}
	base.body = keys.fill(base.body)
	keys.contradictions(with)
	document, body := base.document(with)
	if err := d.contract.ProveSchema("Provision", string(document.Body)); err != nil {
		proof{field: f, body: body, file: base.File, what: "this provision"}.report(err)
		return document
	}
	checkProvision(f, body)
	return document
}

// base reads the keys fixture and with. ok is false, with a mistake recorded, if the fixture is not usable or not of the folder.
func (d *decoder) base(o *tree.ObjectField, folder string) (base template, with tree.Field, ok bool) {
	named := o.Need("fixture")
	with = o.Key("with").Object().Field
	if base, ok = d.template(named); ok && path.Dir(base.ID) != folder {
		ids := slices.DeleteFunc(d.fixtures.IDs(), func(id string) bool { return path.Dir(id) != folder })
		named.Mistake("the fixture %q is not in the folder %s; allowed are %s", base.ID, folder, strings.Join(ids, ", "))
		return base, with, false
	}
	return base, with, ok
}

// fill puts the ids of the keys into the fixture's body.
func (k provisionKeys) fill(body *tree.Value) *tree.Value {
	ids := []tree.Entry{{Key: "itemId", Value: k.item}, {Key: "accountId", Value: k.org}, {Key: "purchaserOrgId", Value: k.purchaser}}
	own, provisioned := body.Get("itemId"), body.Get("provisionedItemId")
	if own != nil && provisioned != nil && own.Text == provisioned.Text {
		ids = append(ids, tree.Entry{Key: "provisionedItemId", Value: k.item})
	}
	return tree.Merge(body, &tree.Value{Kind: tree.Object, Entries: ids})
}

// contradictions reports the ids to which `with` gives another value than the keys.
func (k provisionKeys) contradictions(with tree.Field) {
	for name, id := range map[string]*tree.Value{"itemId": k.item, "purchaserOrgId": k.purchaser} {
		if set := with.Value().Get(name); set != nil && set.Kind != tree.Unreadable && (set.Kind != tree.Text || set.Text != id.Text) {
			with.MistakeAt(set.At, "%s is %q, set by the key around this provision: leave it out", name, id.Text)
		}
	}
}

// checkProvision checks what the schema cannot express.
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

// whole returns a number that the schema has proven to be an integer.
func whole(v *tree.Value) int64 {
	n, _ := strconv.ParseInt(v.Text, 10, 64)
	return n
}
