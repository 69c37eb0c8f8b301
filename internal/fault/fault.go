// Package fault breaks an answer on its way to the client, as networks and proxies do.
//
//	fault.Break(w, fault.Answer{Status: 200, Body: body}, *decision.Fault, r.Context().Done(), released)
//
// It decides nothing and changes no state: the call was done and journaled before. A fault that cannot let go of the connection by other means
// ends with panic(http.ErrAbortHandler), which net/http expects.
package fault

import (
	"fmt"
	"html"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
)

// Answer is what would have been sent; its headers are in the ResponseWriter already.
type Answer struct {
	Status int
	Body   string
}

// Break sends an answer as the fault wants it. gone is closed when the client has gone, released when nothing is to be held back any longer.
func Break(w http.ResponseWriter, a Answer, f scenario.ConnectionFault, gone, released <-chan struct{}) {
	switch f.Kind {
	case scenario.ResetFault:
		hangUp(w, true)
	case scenario.EmptyFault:
		hangUp(w, false)
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

// Wait holds an answer back, and reports whether the client is still there. A release ends the wait.
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

// hangUp closes the connection without an answer; hard with a reset, as a crashed peer does. Where the connection is shared (HTTP/2) only the
// stream is reset.
func hangUp(w http.ResponseWriter, hard bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if hard {
		inner := conn
		if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
			inner = wrapped.NetConn()
		}
		if tcp, ok := inner.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			conn = inner // a TLS connection would say goodbye first
		}
	}
	_ = conn.Close()
}

// truncate promises the whole body and closes the connection within it.
func truncate(w http.ResponseWriter, a Answer, fraction float64) {
	w.WriteHeader(a.Status)
	part := int(float64(len(a.Body)) * fraction)
	_, _ = w.Write([]byte(a.Body[:min(part, len(a.Body))]))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// dripInterval is how long the pauses between two pieces of a slow body are.
const dripInterval = 50 * time.Millisecond

func drip(w http.ResponseWriter, a Answer, bytesPerSecond int, gone, released <-chan struct{}) {
	w.WriteHeader(a.Status)
	controller := http.NewResponseController(w)
	pause := max(dripInterval, time.Second/time.Duration(bytesPerSecond))
	piece := max(1, int(float64(bytesPerSecond)*pause.Seconds()))
	for rest := a.Body; rest != ""; {
		n := min(piece, len(rest))
		select {
		case <-released:
			n = len(rest)
		default:
		}
		if _, err := w.Write([]byte(rest[:n])); err != nil {
			return
		}
		_ = controller.Flush()
		if rest = rest[n:]; rest != "" && !Wait(pause, gone, released) {
			return
		}
	}
}

// hang sends nothing until the client gives up, or a release breaks the connection.
func hang(gone, released <-chan struct{}) {
	select {
	case <-gone:
	case <-released:
	}
	panic(http.ErrAbortHandler)
}

// proxyPage is what a web adaptor or load balancer in front of a portal sends when it does not reach it (assumed).
func proxyPage(w http.ResponseWriter, status int) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	body := "<!DOCTYPE html>\n<html><head><title>" + html.EscapeString(title) + "</title></head>\n<body><h1>" + html.EscapeString(title) +
		"</h1><p>The server that this proxy speaks for could not be reached.</p></body></html>\n"
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
