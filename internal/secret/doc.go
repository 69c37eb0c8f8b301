// Package secret says what must not be shown: values that are known, and values under names that say so.
//
//	known := secret.NewKnown("admin token")
//	secret.Hide("/a/admin%20token/b", known) // "/a/***/b"
//	secret.IsName("Client-Secret")           // true
//
// It knows no encoding but percent escapes and the escapes of JSON strings, one layer of them.
package secret
