// Package server assembles a portal out of its parts: the sandboxes, the portal's own paths, the control API. It also listens, and checks
// scenarios by playing them. The command and package mock are made of it.
package server
