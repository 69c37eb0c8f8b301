package portal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// AppendJSON appends what encoding/json writes for a provision, which takes it four times as long.
func (p *provision) AppendJSON(b []byte) []byte {
	b = appendText(append(b, `{"itemId":`...), p.ItemID)
	b = appendText(append(b, `,"provisionedItemId":`...), p.ProvisionedItemID)
	b = appendText(append(b, `,"accountId":`...), p.AccountID)
	if p.OrgID != "" {
		b = appendText(append(b, `,"orgId":`...), p.OrgID)
	}
	b = appendText(append(b, `,"purchaserOrgId":`...), p.PurchaserOrgID)
	b = appendText(append(b, `,"purchaserUsername":`...), p.PurchaserUsername)
	b = appendText(append(b, `,"purchaserFullName":`...), p.PurchaserFullName)
	b = appendText(append(b, `,"purchaserEmail":`...), p.PurchaserEmail)
	b = append(b, `,"purchaserPhone":`...)
	if p.PurchaserPhone == nil {
		b = append(b, "null"...)
	} else {
		b = appendText(b, *p.PurchaserPhone)
	}
	b = strconv.AppendInt(append(b, `,"startDate":`...), p.StartDate, 10)
	b = strconv.AppendInt(append(b, `,"endDate":`...), p.EndDate, 10)
	b = strconv.AppendBool(append(b, `,"purchased":`...), p.Purchased)
	b = strconv.AppendBool(append(b, `,"trial":`...), p.Trial)
	b = strconv.AppendBool(append(b, `,"interested":`...), p.Interested)
	b = strconv.AppendInt(append(b, `,"created":`...), p.Created, 10)
	b = strconv.AppendInt(append(b, `,"modified":`...), p.Modified, 10)
	if p.CanDisconnect != nil {
		b = strconv.AppendBool(append(b, `,"canDisconnect":`...), *p.CanDisconnect)
	}
	if o := p.OrgEntitlements; o != nil {
		b = strconv.AppendInt(append(b, `,"orgEntitlements":{"maxUsers":`...), o.MaxUsers, 10)
		b = strconv.AppendInt(append(b, `,"entitlementsModified":`...), o.EntitlementsModified, 10)
		b = append(o.Entitlements.appendJSON(append(b, `,"entitlements":`...)), '}')
	}
	return append(b, '}')
}

// Entitlement is how many users may have one entitlement.
type Entitlement struct {
	Name string
	Num  int64
}

// Entitlements are a set of entitlements, sorted by name. In JSON they are an object.
type Entitlements []Entitlement

// NewEntitlements returns the set of all; the last of a name counts. The caller must not use all afterwards.
func NewEntitlements(all []Entitlement) Entitlements {
	slices.SortStableFunc(all, func(a, b Entitlement) int { return strings.Compare(a.Name, b.Name) })
	set := all[:0]
	for i, one := range all {
		if i+1 == len(all) || all[i+1].Name != one.Name {
			set = append(set, one)
		}
	}
	return set
}

func (e Entitlements) appendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, one := range e {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, one.Name), `:{"num":`...)
		b = append(strconv.AppendInt(b, one.Num, 10), '}')
	}
	return append(b, '}')
}

// MarshalJSON writes the object.
func (e Entitlements) MarshalJSON() ([]byte, error) { return e.appendJSON(nil), nil }

// UnmarshalJSON reads the object.
func (e *Entitlements) UnmarshalJSON(text []byte) error {
	var object map[string]struct{ Num int64 }
	err := json.Unmarshal(text, &object)
	var all []Entitlement
	for name, one := range object {
		all = append(all, Entitlement{name, one.Num})
	}
	*e = NewEntitlements(all)
	return err
}

// appendText appends a text in quotation marks, as encoding/json writes it without escapes for HTML.
func appendText(b []byte, text string) []byte {
	special := func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > '~' }
	if strings.IndexFunc(text, special) < 0 {
		return append(append(append(b, '"'), text...), '"')
	}
	var escaped bytes.Buffer
	encoder := json.NewEncoder(&escaped)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a text cannot fail
	return append(b, bytes.TrimSuffix(escaped.Bytes(), []byte("\n"))...)
}
