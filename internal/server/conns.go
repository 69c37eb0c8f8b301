package server

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The patience of Stop with clients. No call is in flight that has not arrived, or whose answer nobody reads.
const (
	arriving = 200 * time.Millisecond // for a request that is on its way
	reading  = 500 * time.Millisecond // for a client that takes nothing of an answer
	between  = 20 * time.Millisecond  // two looks
)

// conns knows the connections of a listener, and what they wait for.
type conns struct {
	net.Listener

	handler http.Handler

	mu     sync.Mutex // guards what follows
	open   map[*conn]struct{}
	bodies map[*body]struct{} // of the requests that are being answered and may wait for their client
}

func (c *conns) Accept() (net.Conn, error) {
	raw, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	one := &conn{Conn: raw, of: c}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[one] = struct{}{}
	return one, nil
}

// conn is a connection below TLS.
type conn struct {
	net.Conn

	of    *conns
	spoke atomic.Bool  // a request has come
	since atomic.Int64 // when the write began that has not ended, in Unix nanoseconds; 0: none
}

func (c *conn) Write(b []byte) (int, error) {
	c.since.Store(time.Now().UnixNano())
	defer c.since.Store(0)
	return c.Conn.Write(b)
}

func (c *conn) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// NetConn returns the connection itself, as that of TLS does.
func (c *conn) NetConn() net.Conn { return c.Conn }

// state is a hook of http.Server.
func (c *conns) state(one net.Conn, state http.ConnState) {
	if secure, ok := one.(*tls.Conn); ok {
		one = secure.NetConn()
	}
	if known, ok := one.(*conn); ok && state == http.StateActive {
		known.spoke.Store(true)
	}
}

// body is the body of a request that is being answered.
type body struct {
	io.ReadCloser

	w       http.ResponseWriter
	stream  bool        // one of several on its connection (HTTP/2), so that no write to that says what it waits for
	arrived atomic.Bool // the whole body
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.arrived.Store(true)
	}
	return n, err
}

// ServeHTTP serves a request and knows of it until it is answered.
func (c *conns) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b := &body{ReadCloser: r.Body, w: w, stream: r.ProtoMajor > 1}
	if r.Body == http.NoBody {
		b.arrived.Store(true)
	} else {
		r.Body = b
	}
	if b.stream || !b.arrived.Load() {
		c.mu.Lock()
		c.bodies[b] = struct{}{}
		c.mu.Unlock()
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.bodies, b)
		}()
	}
	c.handler.ServeHTTP(w, r)
}

// hurry ends what waits for a client. It is called again and again once the listener was stopped.
func (c *conns) hurry(stopped time.Time) {
	took, now := time.Since(stopped), time.Now()
	var ended []*conn
	c.mu.Lock()
	for one := range c.open {
		since := one.since.Load()
		if took >= arriving && !one.spoke.Load() || since != 0 && now.Sub(time.Unix(0, since)) >= reading {
			ended = append(ended, one)
		}
	}
	for one := range c.bodies {
		control := http.NewResponseController(one.w)
		if took >= arriving && !one.arrived.Load() {
			_ = control.SetReadDeadline(now)
		}
		if took >= reading && one.stream {
			_ = control.SetWriteDeadline(now)
		}
	}
	c.mu.Unlock()
	for _, one := range ended {
		_ = one.Close()
	}
}
