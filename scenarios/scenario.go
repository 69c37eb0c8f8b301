package scenarios

import (
	"encoding/json"
	"time"

	"github.com/mockportal/mockportal/fixtures"
	"github.com/mockportal/mockportal/internal/secret"
)

// Scenario is one portal as it starts, with everything that it extends already merged and every default filled in.
// It is never changed after loading and safe for concurrent reading; who reads it must not change its maps and slices.
type Scenario struct {
	Name    string // the path of its file without .yaml
	Pack    string // the name of its pack; "built-in" for those of this package, empty for a document that is in no file
	File    string // as faults show it
	Summary string
	Extends string // the scenario that it extends, by name; its content is merged in here
	Seed    uint64
	Clock   Clock
	World   World
	Rules   []Rule // the first match in this order wins

	Expectations // what a well-behaved client does

	document json.RawMessage
	secrets  *secret.Known
}

// Document returns the merged scenario as JSON, keys in the order written, without extends. The caller must not change it.
// Decoded again, it gives the same scenario. It holds the passwords and tokens of the file.
func (s *Scenario) Document() json.RawMessage { return s.document }

// ClockMode says what a sandbox's clock does by itself.
type ClockMode string

// The modes of a clock.
const (
	Frozen  ClockMode = "frozen"  // it stands at Clock.At until it is advanced
	Running ClockMode = "running" // it starts at Clock.At and runs
	Wall    ClockMode = "wall"    // it follows the wall clock; the dates of the world shift with it
)

// Clock is what the portal takes for the present.
type Clock struct {
	At   time.Time // UTC
	Mode ClockMode
}

// World is what there is at the start. Its maps are empty, never nil, when there is nothing.
type World struct {
	Members  map[string]Member  // by username
	Apps     map[string]App     // by client id
	Listings map[string]Listing // by item id
	License  License
	Portal   PortalOptions
}

// Member is somebody who can call the portal.
type Member struct {
	Username     string
	Password     string // empty: cannot sign in
	Token        string // works without signing in; empty: none; no two members have the same
	OrgID        string
	Role         string    // org_admin, org_publisher or org_user
	Privileges   []string  // as written; by default those of a real administrator for org_admin, none for the others
	TokenExpires time.Time // portal time at which Token ends; zero: never
	RefreshToken string    // for oauth2/token, without having been issued; empty: none; never ends
}

// App is a registered application, for oauth2/token.
type App struct {
	ClientID string
	Secret   string
	Member   string // whom it acts as; empty: nobody, without any privilege
}

// Listing is an item in the marketplace.
type Listing struct {
	ItemID            string
	OrgID             string              // of the seller
	LicenseBy         string              // user or organization
	SignatureRequired bool                // such a listing answers over HTTPS only
	Provisions        map[string]Document // by the purchaser's organisation id; each is valid by the schema Provision
}

// Document is a JSON text made of a fixture and the scenario's changes to it.
type Document struct {
	Fixture  string          // its id; empty when the scenario wrote the whole body
	Body     json.RawMessage // valid JSON; the reader must not change it
	Evidence fixtures.Level  // the fixture's, or the weaker of that and assumed where the scenario changed it
}

// License is the portal's licence as getFutureLicense shows it. Body is nil when the scenario has none.
type License struct {
	Document

	Expiration time.Time // when every part of it ends; zero only without a licence
}

// PortalOptions switches what the portal's documentation leaves open.
type PortalOptions struct {
	Methods string // documented, or lenient: the licensing operations answer GET and POST alike
	Errors  string // envelope: errors come under HTTP 200; status: under the HTTP status of their code
}

// administrator returns the privileges of a real org_admin of ArcGIS Online, as far as they are on record.
func administrator() []string {
	return []string{
		"marketplace:admin:manage", "marketplace:admin:purchase", "marketplace:admin:startTrial",
		"portal:admin:inviteUsers", "portal:admin:manageCredits", "portal:admin:manageLicenses", "portal:admin:manageRoles",
		"portal:admin:manageSecurity", "portal:admin:manageServers", "portal:admin:manageWebsite",
	}
}
