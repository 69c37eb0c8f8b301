// Package certs makes the TLS identity of a fake portal: a certificate authority that is born with the server and
// dies with it, and one server certificate signed by it.
//
//	authority, err := certs.Generate([]string{"portal.test", "192.0.2.7"}, time.Now())
//	if err != nil {
//		return err // every host that cannot stand in a certificate, one a line
//	}
//	listener = tls.NewListener(listener, authority.TLSConfig())
//
//	client := &http.Client{Transport: &http.Transport{
//		TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}, // in process
//	}}
//	err = os.WriteFile("ca.pem", authority.PEM(), 0o644) // for curl --cacert, NODE_EXTRA_CA_CERTS, keytool …
//
// The private keys never leave memory. Not modelled: revocation, intermediate authorities, client certificates,
// renewal (a server lives shorter than its certificate), wildcards.
package certs
