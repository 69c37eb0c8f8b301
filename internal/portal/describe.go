package portal

import (
	"strings"

	"github.com/mockportal/mockportal/openapi"
)

// The release that this portal claims to be: that of the documented licence example. The numbers are assumed.
const (
	enterpriseVersion = "10.8.1"
	enterpriseBuild   = "14362"
	serverVersion     = 10.81
	sharingVersion    = "8.2"
	portalMode        = "singletenant"
	portalName        = "ArcGIS Enterprise"
)

// Site is the address under which the current request reached the portal.
type Site struct {
	URL    string // scheme, host and context, without a trailing slash
	Secure bool
}

// User is a member as the sharing API shows it.
type User struct {
	Username   string   `json:"username"`
	FullName   string   `json:"fullName"`
	Email      string   `json:"email,omitempty"`
	OrgID      string   `json:"orgId"`
	Role       string   `json:"role"`
	Privileges []string `json:"privileges,omitzero"`
}

// Self is the reply of portals/self.
type Self struct {
	ID                           string   `json:"id,omitempty"`
	Name                         string   `json:"name"`
	IsPortal                     bool     `json:"isPortal"`
	PortalMode                   string   `json:"portalMode"`
	PortalName                   string   `json:"portalName"`
	PortalHostname               string   `json:"portalHostname"`
	AllSSL                       bool     `json:"allSSL"`
	SupportsOAuth                bool     `json:"supportsOAuth"`
	CurrentVersion               string   `json:"currentVersion"`
	AuthorizedCrossOriginDomains []string `json:"authorizedCrossOriginDomains"`
	CanListApps                  bool     `json:"canListApps"`
	CanListData                  bool     `json:"canListData"`
	CanListPreProvisionedItems   bool     `json:"canListPreProvisionedItems"`
	CanProvisionDirectPurchase   bool     `json:"canProvisionDirectPurchase"`
	User                         *User    `json:"user,omitempty"`
}

// PortalSelf describes the portal as the caller sees it. An anonymous caller sees no organisation.
func (w World) PortalSelf(caller Caller, site Site) Reply {
	_, hostAndContext, _ := strings.Cut(site.URL, "://")
	self := Self{
		Name: "mockportal", IsPortal: true, PortalMode: portalMode, PortalName: portalName, PortalHostname: hostAndContext,
		AllSSL: site.Secure, SupportsOAuth: true, CurrentVersion: sharingVersion, AuthorizedCrossOriginDomains: []string{},
	}
	if caller.Member != nil {
		user := w.user(caller.Member, true)
		self.ID, self.User = caller.Member.OrgID, &user
		seller := w.sells(caller.Member.OrgID)
		self.CanListApps, self.CanListData = seller, seller
		self.CanListPreProvisionedItems, self.CanProvisionDirectPurchase = seller, seller
	}
	return Reply{Value: self}
}

// Portal describes the portal to a member of the requested organisation.
func (w World) Portal(caller Caller, site Site, orgID string) (Reply, *Problem) {
	if caller.Member == nil || caller.Member.OrgID != orgID {
		return Reply{}, problem("not-permitted")
	}
	return w.PortalSelf(caller, site), nil
}

// sells reports whether the organisation has a listing. Only organisations that Esri approves have listings.
func (w World) sells(orgID string) bool {
	for _, l := range w.listings {
		if l.OrgID == orgID {
			return true
		}
	}
	return false
}

// CommunitySelf describes the member who calls. It refuses an app without a member.
func (w World) CommunitySelf(caller Caller) (Reply, *Problem) {
	if caller.Member == nil {
		return Reply{}, problem("not-permitted")
	}
	return Reply{Value: w.user(caller.Member, true)}, nil
}

// User describes a member of the caller's organisation.
func (w World) User(caller Caller, username string) (Reply, *Problem) {
	m, ok := w.members[w.local(username)]
	if !ok || caller.Member == nil || m.OrgID != caller.Member.OrgID {
		return Reply{}, problem("user-not-found")
	}
	return Reply{Value: w.user(m, m == caller.Member)}, nil
}

func (w World) user(m *Member, self bool) User {
	u := User{Username: m.Username, FullName: m.Username, Email: m.Username + "@example.com", OrgID: m.OrgID, Role: m.Role}
	if self {
		u.Privileges = append([]string{}, m.Privileges...)
	}
	return u
}

// ServerInfo is the reply of info and of rest/info.
type ServerInfo struct {
	CurrentVersion  float64  `json:"currentVersion,omitempty"`
	FullVersion     string   `json:"fullVersion,omitempty"`
	OwningSystemURL string   `json:"owningSystemUrl"`
	AuthInfo        AuthInfo `json:"authInfo"`
}

// AuthInfo says where tokens are issued.
type AuthInfo struct {
	IsTokenBasedSecurity bool   `json:"isTokenBasedSecurity"`
	TokenServicesURL     string `json:"tokenServicesUrl"`
}

// SharingInfo says where this portal issues tokens.
func (w World) SharingInfo(site Site) Reply {
	return Reply{Value: ServerInfo{OwningSystemURL: site.URL, AuthInfo: AuthInfo{true, site.URL + "/sharing/rest/generateToken"}}}
}

// ServerInfo is [World.SharingInfo] with a server's version. Esri's JavaScript client requests it from every server before it
// sends a portal token there.
func (w World) ServerInfo(site Site) Reply {
	info := w.SharingInfo(site).Value.(ServerInfo)
	info.CurrentVersion, info.FullVersion = serverVersion, enterpriseVersion
	return Reply{Value: info, Evidence: openapi.Assumed}
}

// SharingRoot is the reply of the sharing API's root.
type SharingRoot struct {
	CurrentVersion string `json:"currentVersion"`
}

// SharingRoot says the version of the sharing API.
func (w World) SharingRoot() Reply { return Reply{Value: SharingRoot{sharingVersion}} }

// AdminRoot is the reply of the Portal Administrator API's root, with its members in the documented order.
type AdminRoot struct {
	IsPostUpgrade         bool     `json:"isPostUpgrade"`
	IsLicensePopulated    bool     `json:"isLicensePopulated"`
	SiteKey               string   `json:"siteKey"`
	Resources             []string `json:"resources"`
	IsPortalLicensed      bool     `json:"isPortalLicensed"`
	IsLicenseFileRequired bool     `json:"isLicenseFileRequired"`
	IsUserTypeLicensing   bool     `json:"isUserTypeLicensing"`
	Version               string   `json:"version"`
	CurrentBuild          string   `json:"currentbuild"`
}

// AdminRoot describes a site that is set up and licensed.
func (w World) AdminRoot() Reply {
	return Reply{Value: AdminRoot{
		IsLicensePopulated: w.license != nil, SiteKey: digest(w.scenario), Resources: []string{"license"},
		IsPortalLicensed: w.license != nil, IsLicenseFileRequired: true, IsUserTypeLicensing: true,
		Version: enterpriseVersion, CurrentBuild: enterpriseBuild,
	}}
}

// Status is the reply of portaladmin operations that return nothing else.
type Status struct {
	Status string `json:"status"`
}

// HealthCheck says that the portal is ready.
func (w World) HealthCheck() Reply { return Reply{Value: Status{"success"}} }
