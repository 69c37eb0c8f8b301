package mock_test

import (
	"net/http"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// TestLenient proves that under methods: lenient both operations answer GET and POST alike, and that nothing of it is a violation.
func TestLenient(t *testing.T) {
	t.Parallel()
	const document = "format: 1\nsummary: Any method will do.\nextends: trial\nworld: { portal: { methods: lenient } }\n"
	for name, r := range map[string]request{
		"provision by GET": get(
			provisionPath, "f", "json", "token", "admin-token", "purchaserOrgId", "sWwd06TnJR4lHopc",
			"orgEntitlements", `{"maxUsers":1,"entitlements":{}}`,
		),
		"provision by POST": provision(),
		"licence by GET":    license(),
		"licence by POST":   post("/portaladmin/license/getFutureLicense", "f", "json", "token", "admin-token"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portal(t, mock.WithScenarioDocument([]byte(document)), mock.WithStrict())
			a := call(t, p, r)
			diff(t, "status", http.StatusOK, a.status)
			diff(t, "code", 0, errorOf(t, a).Code)
			if violations := callsOf(t, p)[0].Violations; len(violations) > 0 {
				t.Errorf("violations: %v", violations)
			}
		})
	}
}
