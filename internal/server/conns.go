package server

import (
	"context"
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

	mu      sync.Mutex // guards what follows
	open    map[*conn]struct{}
	streams map[*asked]struct{} // requests of HTTP/2, of which one connection has many
}

// watch returns the connections of a listener, and lets a server tell of them.
func watch(listener net.Listener, server *http.Server) *conns {
	c := &conns{Listener: listener, handler: server.Handler, open: map[*conn]struct{}{}, streams: map[*asked]struct{}{}}
	server.Handler, server.ConnState = c, state
	server.ConnContext = func(ctx context.Context, one net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, known(one))
	}
	return c
}

// connKey is the key of a request's connection.
type connKey struct{}

// Accept returns the next connection.
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

	of      *conns
	spoke   atomic.Bool           // a request has come
	request atomic.Pointer[asked] // the one of HTTP/1 that is being answered; nil: none
	since   atomic.Int64          // when the write began that has not ended, in Unix nanoseconds; 0: none
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

// known returns a connection of ours, which TLS may wrap.
func known(one net.Conn) *conn {
	if secure, ok := one.(*tls.Conn); ok {
		one = secure.NetConn()
	}
	return one.(*conn)
}

// state is a hook of http.Server.
func state(one net.Conn, state http.ConnState) {
	switch state {
	case http.StateActive:
		known(one).spoke.Store(true)
	case http.StateIdle:
		known(one).request.Store(nil)
	}
}

// asked is a request that is being answered, and its body.
type asked struct {
	io.ReadCloser

	w       http.ResponseWriter
	arrived atomic.Bool // the whole body
}

func (r *asked) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil {
		r.arrived.Store(true)
	}
	return n, err
}

// ServeHTTP serves a request and knows of it until it is answered.
func (c *conns) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one := &asked{ReadCloser: r.Body, w: w}
	if r.Body == http.NoBody {
		one.arrived.Store(true)
	} else {
		r.Body = one
	}
	if r.ProtoMajor == 1 {
		r.Context().Value(connKey{}).(*conn).request.Store(one)
	} else {
		c.mu.Lock()
		c.streams[one] = struct{}{}
		c.mu.Unlock()
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.streams, one)
		}()
	}
	c.handler.ServeHTTP(w, r)
}

// hurry ends what waits for a client. It is called again and again once the listener was stopped.
func (c *conns) hurry(stopped time.Time) {
	now := time.Now()
	late, later := now.Sub(stopped) >= arriving, now.Sub(stopped) >= reading
	var ended []*conn
	c.mu.Lock()
	for one := range c.open {
		since, last := one.since.Load(), one.request.Load()
		switch {
		case late && !one.spoke.Load(), since != 0 && now.Sub(time.Unix(0, since)) >= reading:
			ended = append(ended, one)
		case late && last != nil && !last.arrived.Load():
			_ = one.SetReadDeadline(now)
		}
	}
	for one := range c.streams {
		control := http.NewResponseController(one.w)
		if late && !one.arrived.Load() {
			_ = control.SetReadDeadline(now)
		}
		if later { // no write to the connection says what a stream waits for
			_ = control.SetWriteDeadline(now)
		}
	}
	c.mu.Unlock()
	for _, one := range ended {
		_ = one.Close()
	}
}
