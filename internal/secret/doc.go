// Package secret finds what must not be shown: by the name that it stands under, and by the texts that are known to be secret.
//
//	secret.IsName("userPassword")                      // true
//	secret.InText("user=admin&password=x")             // "user=admin&password=***"
//	secret.NewKnown("admin-token").Hide("/a/admin-token/b") // "/a/***/b"
//
// It knows neither HTTP nor JSON values; package wire walks through those. What a text says of a secret in an encoding other than
// percent signs, the escapes of JSON and of JSON pointers, and html entities it does not find, nor a secret in other letters or in two parts.
package secret
