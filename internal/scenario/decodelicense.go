package scenario

import (
	"slices"
	"time"

	"github.com/mockportal/mockportal/internal/tree"
)

func (d *decoder) license(f tree.Field) License {
	o := f.Object()
	defer o.Close()
	expiration := o.Key("expiration")
	license := License{Expiration: expiration.Time()}
	base, with, ok := d.base(o, "licenses")
	if !ok {
		return license
	}
	document, body := base.document(with)
	license.Document = document
	if err := d.contract.ProveSchema("FutureLicense", string(document.Body)); err != nil {
		proof{field: f, body: body, file: base.File, what: "this licence"}.report(err)
		return license
	}
	if expiration.Present() {
		checkExpiration(expiration, license.Expiration, body)
	} else {
		license.Expiration = findExpiration(f, body)
	}
	return license
}

// expirations returns the dates of the entries with a count of 0, each once, in the order of the file. The startDate of such an
// entry is the date on which the licence ends (documented).
func expirations(license *tree.Value) []int64 {
	var dates []int64
	for _, list := range license.Entries {
		for _, entry := range list.Value.Items {
			count, date := entry.Get("maximumRegisteredMembers"), entry.Get("startDate")
			if count != nil && date != nil && whole(count) == 0 && !slices.Contains(dates, whole(date)) {
				dates = append(dates, whole(date))
			}
		}
	}
	return dates
}

func checkExpiration(f tree.Field, written time.Time, body *tree.Value) {
	if written.IsZero() {
		return // a mistake is recorded already
	}
	for _, date := range expirations(body) {
		if date != written.UnixMilli() {
			f.Mistake("expiration must be %s, the startDate of the entries with a count of 0, not %s",
				rfc3339(date), written.Format(time.RFC3339Nano))
			return
		}
	}
}

// findExpiration returns the date that all entries with a count of 0 have.
func findExpiration(f tree.Field, body *tree.Value) time.Time {
	dates := expirations(body)
	switch len(dates) {
	case 0:
		f.Mistake("license has no expiration, which is required if no entry has a count of 0")
		return time.Time{}
	case 1:
		return time.UnixMilli(dates[0]).UTC()
	}
	f.Mistake("the entries with a count of 0 must all have the licence's expiration as startDate; they have %s and %s",
		rfc3339(dates[0]), rfc3339(dates[1]))
	return time.Time{}
}

func rfc3339(millis int64) string { return time.UnixMilli(millis).UTC().Format(time.RFC3339Nano) }
