// Package certs makes the TLS identity of a server: a certificate authority that lives as long as the server, and one
// server certificate signed by it. The identity may also be a certificate from elsewhere.
//
//	identity, err := certs.Generate([]string{"portal.test", "*.gis.test", "192.0.2.7"}, time.Now())
//	if err != nil {
//		return err // every host that cannot stand in a certificate, one per line
//	}
//	listener = tls.NewListener(listener, identity.TLSConfig())
//
//	client := &http.Client{Transport: &http.Transport{
//		TLSClientConfig: &tls.Config{RootCAs: identity.Pool()}, // in process
//	}}
//	err = os.WriteFile("ca.pem", identity.PEM(), 0o644) // for curl --cacert, NODE_EXTRA_CA_CERTS, keytool …
//
// The generated private keys never leave memory. Not modelled: revocation, intermediate authorities, client
// certificates, and renewal (a certificate outlives its server).
package certs
