package secret

// IsName reports whether values under a name are secret. Letter case and the separators "_", "-", "." and space do not
// count: client_secret, clientSecret and Client-Secret are one name. Every name that the contracts mark as secret is one
// of these.
func IsName(name string) bool {
	letters := make([]byte, 0, 32)
	for i := range len(name) {
		switch b := name[i]; {
		case b == '_' || b == '-' || b == '.' || b == ' ':
		case 'A' <= b && b <= 'Z':
			letters = append(letters, b+'a'-'A')
		default:
			letters = append(letters, b)
		}
	}
	switch string(letters) {
	case "token", "authtoken", "accesstoken", "refreshtoken", "idtoken", "password", "secret", "clientsecret", "code", "codeverifier",
		"apikey", "authorization":
		return true
	}
	return false
}
