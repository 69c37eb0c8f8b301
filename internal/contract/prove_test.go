package contract_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/internal/contract"
)

// TestProve holds what an answer may not be: each row changes one thing in the documented provision or licence.
func TestProve(t *testing.T) {
	t.Parallel()
	provision := read(t, "provisionOrgEntitlements.example.json")
	license := read(t, "getFutureLicense.example.json")
	var b strings.Builder
	for _, tt := range []struct{ name, operation, body, old, new string }{
		{"phone as text", "provisionOrgEntitlements", provision, `"purchaserPhone": null`, `"purchaserPhone": "1"`},
		{"email null", "provisionOrgEntitlements", provision, `"purchaserEmail": "jsmith@email.com"`, `"purchaserEmail": null`},
		{"without end", "provisionOrgEntitlements", provision, `"endDate": 1471798116000`, `"endDate": -1`},
		{"end before -1", "provisionOrgEntitlements", provision, `"endDate": 1471798116000`, `"endDate": -2`},
		{"start without end", "provisionOrgEntitlements", provision, `"startDate": 1469206117000`, `"startDate": -1`},
		{"member missing", "provisionOrgEntitlements", provision, `"accountId": "HwhoSWTiJyaB0VDi",`, ``},
		{"member unknown", "provisionOrgEntitlements", provision, `"accountId":`, `"accountid": "x", "accountId":`},
		{"member unlike any", "provisionOrgEntitlements", provision, `"accountId":`, `"success": true, "accountId":`},
		{"member twice", "provisionOrgEntitlements", provision, `"accountId":`, `"accountId": "x", "accountId":`},
		{"entitlement with more", "provisionOrgEntitlements", provision, `"num": 8`, `"num": 8, "license": ""`},
		{
			"item id in capitals", "provisionOrgEntitlements", provision, `"itemId": "6489da7f08f045ac8c0a5b1de37d56fe"`,
			`"itemId": "6489DA7F08F045AC8C0A5B1DE37D56FE"`,
		},
		{"count too large", "provisionOrgEntitlements", provision, `"num": 8`, `"num": 2147483648`},
		{"count as float", "provisionOrgEntitlements", provision, `"num": 8`, `"num": 8.0`},
		{"flag as number", "provisionOrgEntitlements", provision, `"trial": true`, `"trial": 1`},
		{"list null", "getFutureLicense", license, `"portalCapabilities": []`, `"portalCapabilities": null`},
		{"capability", "getFutureLicense", license, `"portalCapabilities": []`, `"portalCapabilities": [{"name": "x"}]`},
		{"capability as text", "getFutureLicense", license, `"portalCapabilities": []`, `"portalCapabilities": ["x"]`},
		{
			"user type with item", "getFutureLicense", license, `"id": "basicUT",`,
			`"id": "basicUT", "itemId": "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",`,
		},
		{"id empty", "getFutureLicense", license, `"id": "basicUT"`, `"id": ""`},
		{"list missing", "getFutureLicense", license, `,
  "portalCapabilities": []`, ``},
		{"cut off", "getFutureLicense", license, `"portalCapabilities": []
}`, `"portalCapabilities": [`},
		{"trailing text", "getFutureLicense", license, `"portalCapabilities": []
}`, `"portalCapabilities": []
} trailing`},
		{"not JSON", "getFutureLicense", license, license, `<html>`},
		{"empty", "getFutureLicense", license, license, ``},
		{"null", "getFutureLicense", license, license, `null`},
	} {
		if strings.Count(tt.body, tt.old) != 1 {
			t.Fatalf("%s: the body has %q %d times", tt.name, tt.old, strings.Count(tt.body, tt.old))
		}
		o, _ := contract.BuiltIn().Operation(tt.operation)
		err := o.Prove(strings.Replace(tt.body, tt.old, tt.new, 1))
		if err != nil && !offSpec(err) {
			t.Errorf("%s: %v is not off-spec", tt.name, err)
		}
		fmt.Fprintf(&b, "## %s: %s\n%v\n\n", tt.operation, tt.name, err)
	}
	golden(t, "prove.txt", b.String())
}

func read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("testdata/documented/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestProveError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, operation, body string
		good                  bool
	}{
		{"sharing", "provisionOrgEntitlements", `{"error":{"code":498,"message":"Invalid token.","details":[]}}`, true},
		{
			"sharing with message code", "provisionOrgEntitlements",
			`{"error":{"code":403,"messageCode":"GWM_0003","message":"m","details":["d"]}}`, true,
		},
		{"sharing with details null", "provisionOrgEntitlements", `{"error":{"code":500,"message":"m","details":null}}`, false},
		{"sharing without details", "provisionOrgEntitlements", `{"error":{"code":500,"message":"m"}}`, false},
		{"portaladmin with details null", "getFutureLicense", `{"error":{"code":500,"message":"m","details":null}}`, true},
		{
			"portaladmin with message code", "getFutureLicense",
			`{"error":{"code":500,"messageCode":"GWM_0003","message":"m","details":null}}`, false,
		},
		{"code as text", "getFutureLicense", `{"error":{"code":"500","message":"m","details":null}}`, false},
		{"message empty", "getFutureLicense", `{"error":{"code":500,"message":"","details":null}}`, false},
		{"status beside it", "getFutureLicense", `{"status":"error","error":{"code":500,"message":"m","details":null}}`, false},
		{"success", "healthCheck", `{"status":"success"}`, false},
	} {
		o, _ := contract.BuiltIn().Operation(tt.operation)
		if err := o.ProveError(tt.body); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestProveSchema(t *testing.T) {
	t.Parallel()
	provision := []byte(read(t, "provisionOrgEntitlements.example.json"))
	if err := contract.BuiltIn().ProveSchema("Provision", string(provision)); err != nil {
		t.Error(err)
	}
	if err := contract.BuiltIn().ProveSchema("FutureLicense", string(provision)); !offSpec(err) {
		t.Errorf("a provision as a licence: %v", err)
	}
	err := contract.BuiltIn().ProveSchema("Provisions", string(provision))
	if want := `unknown schema "Provisions"`; err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

// offSpec reports whether an error is an OffSpecError.
func offSpec(err error) bool {
	var off *contract.OffSpecError
	return errors.As(err, &off)
}

// TestProveWithoutSchema proves that an operation without a JSON reply accepts none.
func TestProveWithoutSchema(t *testing.T) {
	t.Parallel()
	o, _ := contract.Control().Operation("getPortalContract")
	if err := o.Prove(`{}`); !offSpec(err) {
		t.Errorf("a JSON reply that the contract does not describe: %v", err)
	}
}
