package scenario

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/mockportal/mockportal/internal/secret"
	"github.com/mockportal/mockportal/internal/tree"
	"github.com/mockportal/mockportal/openapi"
)

// Scenario is the start of one portal, merged over everything that it extends, with every default filled in.
// It is safe for concurrent reading. The caller must not change it.
type Scenario struct {
	Name    string   // the path of its file without .yaml
	Pack    string   // the name of its pack; "built-in" for the built-in scenarios, empty for a document that is not a file
	Hides   []string // the packs with a scenario of the same name, which this one hides; the first is the lowest
	Summary string
	Seed    uint64
	Clock   Clock
	World   World
	Rules   []Rule // the first match in this order wins

	Expectations // the calls that a correct client sends

	document json.RawMessage
	secrets  *secret.Known
	notes    tree.Mistakes
	once     *once
}

// once is what somebody has made of a scenario.
type once struct {
	sync.Once

	made any
	err  error
}

// Once returns what first has made of the scenario when it was called, for this scenario and its copies: a sandbox then need not
// decode what another one has decoded. Copies may differ in the seed and the rules only.
func (s *Scenario) Once(first func() (any, error)) (any, error) {
	s.once.Do(func() { s.once.made, s.once.err = first() })
	return s.once.made, s.once.err
}

// Notes returns what is allowed in the document and may not be meant, as lines.
func (s *Scenario) Notes() []string { return s.notes.Lines() }

// Document returns the merged scenario as JSON, with the keys in the order of the file and without extends. [Library.Decode] turns
// it into the same scenario again. It holds the passwords and tokens of the file. The caller must not change it.
func (s *Scenario) Document() json.RawMessage { return s.document }

// ClockMode says how a sandbox's clock moves.
type ClockMode string

// The modes of a clock.
const (
	Frozen  ClockMode = "frozen"  // the clock stands at Clock.At until it is advanced
	Running ClockMode = "running" // the clock starts at Clock.At and runs
	Wall    ClockMode = "wall"    // the clock follows the wall clock, and the dates of the world shift with it
)

// Clock is the portal's time at the start.
type Clock struct {
	At   time.Time // UTC
	Mode ClockMode
}

// World is the portal's content at the start. Its maps are never nil.
type World struct {
	Members  map[string]Member  // by username
	Apps     map[string]App     // by client id
	Listings map[string]Listing // by item id
	License  License
	Portal   PortalOptions
}

// Member is a user who can call the portal.
type Member struct {
	Username     string
	Password     string // empty: the member cannot sign in
	Token        string // valid without a sign-in, and unique; empty: none
	OrgID        string
	Role         string    // org_admin, org_publisher or org_user
	Privileges   []string  // default: those of a real administrator for org_admin, none for the other roles
	TokenExpires time.Time // the portal's time at which Token expires; zero: never
	RefreshToken string    // valid in oauth2/token without having been issued, and never expires; empty: none
}

// App is a registered application, for oauth2/token.
type App struct {
	ClientID     string
	Secret       string
	Member       string   // the member that it acts as; empty: none, so that it has no privileges
	RedirectURIs []string // where oauth2/authorize may send a browser, as registered
}

// Listing is an item in the marketplace.
type Listing struct {
	ItemID            string
	OrgID             string              // of the seller
	LicenseBy         string              // user or organization
	SignatureRequired bool                // it is provisioned over HTTPS only
	Provisions        map[string]Document // by the purchaser's organisation id; each matches the schema Provision
}

// Document is a JSON text made of a fixture and the scenario's changes to it.
type Document struct {
	Fixture  string          // the fixture's id; empty if the scenario wrote the whole body
	Body     json.RawMessage // valid JSON; the caller must not change it
	Evidence openapi.Level   // the fixture's level, at most assumed if the scenario has changed the fixture
}

// License is the portal's licence, which getFutureLicense shows. Body is nil if the scenario has no licence.
type License struct {
	Document

	Expiration time.Time // when the whole licence ends; zero only without a licence
}

// PortalOptions selects behaviour that the portal's documentation leaves open.
type PortalOptions struct {
	Methods      string // documented, or lenient: the licensing operations answer both GET and POST
	Errors       string // envelope: errors have HTTP status 200; status: errors have their code as HTTP status
	ContentTypes string // documented, or observed: an operation may answer JSON under the other type that a portal was seen to use
	CORS         string // portal: no preflight succeeds; open: browsers may send X-Esri-Authorization from other origins
}

// Evidence returns the weakest level of evidence of the scenario's provisions and licence.
func (s *Scenario) Evidence() openapi.Level {
	level := s.World.License.Evidence
	for _, listing := range s.World.Listings {
		for _, provision := range listing.Provisions {
			level = level.Weaker(provision.Evidence)
		}
	}
	if level == "" {
		return openapi.Assumed
	}
	return level
}

// administrator returns the known privileges of a real org_admin of ArcGIS Online.
func administrator() []string {
	return []string{
		"marketplace:admin:manage", "marketplace:admin:purchase", "marketplace:admin:startTrial",
		"portal:admin:inviteUsers", "portal:admin:manageCredits", "portal:admin:manageLicenses", "portal:admin:manageRoles",
		"portal:admin:manageSecurity", "portal:admin:manageServers", "portal:admin:manageWebsite",
	}
}
