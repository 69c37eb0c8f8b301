// Package fault breaks an answer on its way to the client, as networks and proxies do.
//
//	fault.Break(w, fault.Answer{Status: 200, Body: body}, *decision.Fault, r.Context().Done(), released)
//
// It decides nothing and changes no state: the call is in the journal already. A fault that can end the connection by no other means panics
// with [http.ErrAbortHandler], which net/http expects.
package fault

import (
	"fmt"
	"html"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/wire"
)

// Answer is the answer without the fault. Its headers are in the ResponseWriter already.
type Answer struct {
	Status int
	Body   string
}

// Break sends an answer with a fault. gone is closed when the client has gone, and released when the sandbox lets go of held answers.
func Break(w http.ResponseWriter, a Answer, f scenario.ConnectionFault, gone, released <-chan struct{}) {
	switch f.Kind {
	case scenario.ResetFault:
		reset(w)
	case scenario.EmptyFault:
		_ = hijack(w).Close()
	case scenario.TruncateFault:
		truncate(w, a, f.Fraction)
	case scenario.DripFault:
		drip(w, a, f.BytesPerSecond, gone, released)
	case scenario.HangFault:
		hang(gone, released)
	case scenario.HTMLFault:
		proxyPage(w, f.Status)
	}
}

// Wait delays an answer, and reports whether the client is still there. A release ends the wait.
func Wait(d time.Duration, gone, released <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-released:
	case <-gone:
		return false
	}
	return true
}

// reset closes the connection with a reset, as a crashed peer does.
func reset(w http.ResponseWriter) {
	conn := hijack(w)
	for wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok; wrapped, ok = conn.(interface{ NetConn() net.Conn }) {
		conn = wrapped.NetConn() // without the goodbye of TLS
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// hijack returns the connection. If several streams share it (HTTP/2) hijack resets only the stream, and does not return.
func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}

// truncate announces the whole body, and closes the connection after a part of it.
func truncate(w http.ResponseWriter, a Answer, fraction float64) {
	w.WriteHeader(a.Status)
	part := int(float64(len(a.Body)) * fraction)
	_, _ = wire.Patient{ResponseWriter: w}.Write([]byte(a.Body[:min(part, len(a.Body))]))
	panic(http.ErrAbortHandler)
}

// dripInterval is the shortest pause between two pieces of a slow body.
const dripInterval = 50 * time.Millisecond

// drip sends the body slowly, in small pieces. A release sends the rest at once.
func drip(w http.ResponseWriter, a Answer, bytesPerSecond int, gone, released <-chan struct{}) {
	w.WriteHeader(a.Status)
	patient := wire.Patient{ResponseWriter: w}
	pause := max(dripInterval, time.Second/time.Duration(bytesPerSecond))
	piece := max(1, int(float64(bytesPerSecond)*pause.Seconds()))
	for rest := a.Body; rest != ""; {
		n := min(piece, len(rest))
		select {
		case <-released:
			n = len(rest)
		default:
		}
		if _, err := patient.Write([]byte(rest[:n])); err != nil {
			return
		}
		if rest = rest[n:]; rest != "" && !Wait(pause, gone, released) {
			return
		}
	}
}

// hang sends nothing until the client gives up. A release breaks the connection.
func hang(gone, released <-chan struct{}) {
	select {
	case <-gone:
	case <-released:
	}
	panic(http.ErrAbortHandler)
}

// proxyPage sends the page of a web adaptor or load balancer that does not reach the portal behind it (assumed).
func proxyPage(w http.ResponseWriter, status int) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	body := "<!DOCTYPE html>\n<html><head><title>" + html.EscapeString(title) + "</title></head>\n<body><h1>" + html.EscapeString(title) +
		"</h1><p>The server that this proxy speaks for could not be reached.</p></body></html>\n"
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
