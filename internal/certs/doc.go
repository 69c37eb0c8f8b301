// Package certs is the TLS identity of a fake portal: a certificate authority that is born with the server and dies
// with it, and one server certificate signed by it; or a certificate that was given.
//
//	identity, err := certs.Generate([]string{"portal.test", "*.gis.test", "192.0.2.7"}, time.Now())
//	if err != nil {
//		return err // every host that cannot stand in a certificate, one a line
//	}
//	listener = tls.NewListener(listener, identity.TLSConfig())
//
//	client := &http.Client{Transport: &http.Transport{
//		TLSClientConfig: &tls.Config{RootCAs: identity.Pool()}, // in process
//	}}
//	err = os.WriteFile("ca.pem", identity.PEM(), 0o644) // for curl --cacert, NODE_EXTRA_CA_CERTS, keytool …
//
// The private keys that it makes never leave memory. Not modelled: revocation, intermediate authorities, client certificates,
// renewal (a server lives shorter than its certificate).
package certs
