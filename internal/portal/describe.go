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

// Root returns scheme and host, without the context.
func (s Site) Root() string {
	scheme, rest, _ := strings.Cut(s.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// object is a reply that the contract describes. Every answer is checked against it.
type object = map[string]any

// PortalSelf describes the portal as the caller sees it. An anonymous caller sees no organisation.
func (w World) PortalSelf(caller Caller, site Site) Reply {
	_, hostAndContext, _ := strings.Cut(site.URL, "://")
	self := object{
		"name": "mockportal", "isPortal": true, "portalMode": portalMode, "portalName": portalName, "portalHostname": hostAndContext,
		"allSSL": site.Secure, "supportsOAuth": true, "currentVersion": sharingVersion, "authorizedCrossOriginDomains": []string{},
	}
	seller := caller.Member != nil && w.sells(caller.Member.OrgID)
	for _, ability := range []string{"canListApps", "canListData", "canListPreProvisionedItems", "canProvisionDirectPurchase"} {
		self[ability] = seller
	}
	if caller.Member != nil {
		self["id"], self["user"] = caller.Member.OrgID, describe(caller.Member, true)
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
	return Reply{Value: describe(caller.Member, true)}, nil
}

// User describes a member of the caller's organisation.
func (w World) User(caller Caller, username string) (Reply, *Problem) {
	m, ok := w.members[w.local(username)]
	if !ok || caller.Member == nil || m.OrgID != caller.Member.OrgID {
		return Reply{}, problem("user-not-found")
	}
	return Reply{Value: describe(m, m == caller.Member)}, nil
}

// describe shows a member's privileges only to the member.
func describe(m *Member, self bool) object {
	user := object{"username": m.Username, "fullName": m.Username, "email": m.Username + "@example.com", "orgId": m.OrgID, "role": m.Role}
	if self {
		user["privileges"] = append([]string{}, m.Privileges...)
	}
	return user
}

// SharingInfo says where this portal issues tokens.
func (w World) SharingInfo(site Site) Reply { return Reply{Value: info(site)} }

func info(site Site) object {
	tokens := object{"isTokenBasedSecurity": true, "tokenServicesUrl": site.URL + "/sharing/rest/generateToken"}
	return object{"owningSystemUrl": site.URL, "authInfo": tokens}
}

// ServerInfo is [World.SharingInfo] with a server's version. Esri's JavaScript client requests it from every server before it
// sends a portal token there.
func (w World) ServerInfo(site Site) Reply {
	server := info(site)
	server["currentVersion"], server["fullVersion"] = serverVersion, enterpriseVersion
	return Reply{Value: server, Evidence: openapi.Assumed}
}

// SharingRoot says the version of the sharing API.
func (w World) SharingRoot() Reply { return Reply{Value: object{"currentVersion": sharingVersion}} }

// AdminRoot describes a site that is set up and licensed.
func (w World) AdminRoot() Reply {
	return Reply{Value: object{
		"isPostUpgrade": false, "isLicensePopulated": w.license != nil, "siteKey": digest(w.scenario), "resources": []string{"license"},
		"isPortalLicensed": w.license != nil, "isLicenseFileRequired": true, "isUserTypeLicensing": true,
		"version": enterpriseVersion, "currentbuild": enterpriseBuild,
	}}
}

// AdminSuccess is the reply of portaladmin operations that return nothing else. The health check is one of them.
func AdminSuccess() Reply { return Reply{Value: object{"status": "success"}} }
