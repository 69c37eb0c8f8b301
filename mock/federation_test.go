package mock_test

import (
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// TestFederation proves the whole way of Esri's JavaScript client to portaladmin: the portal token is bound to the referer that the
// client sends as a header with every call, and the exchange carries the token, the server's address and no referer of its own.
func TestFederation(t *testing.T) {
	t.Parallel()
	const js = "@esri/arcgis-rest-js"
	for name, options := range map[string][]mock.Option{"http": nil, "https": {mock.WithTLS()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mock.NewServer(t, append(options, mock.WithStrict())...)
			token := boundToken(t, s, js)
			exchange := post(
				"/portal/sharing/rest/generateToken", "f", "json", "token", token, "serverUrl",
				s.PortalAdminURL("license/getFutureLicense"), "expiration", "20160",
			)
			refused := ask(t, s, exchange.sending("Referer", "http://other"))
			diff(t, "code of the exchange for another referer", 498, errorOf(t, refused).Code)
			a := ask(t, s, exchange.sending("Referer", js))
			served, _ := decoded(t, a.body).(map[string]any)["token"].(string)
			if served == "" {
				t.Fatalf("the exchange answers %s", a.body)
			}
			diff(t, "code of the licence", 0, errorOf(t, ask(t, s, license().with("token", served).sending("Referer", js))).Code)
		})
	}
}
