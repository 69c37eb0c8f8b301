package server_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockportal/mockportal/internal/scenario"
	"github.com/mockportal/mockportal/internal/server"
)

var storm = flag.Duration("storm", time.Second, "how long TestStorm lasts")

// TestStorm has 32 clients make sandboxes, play, advance, wait, read slowly, reset and delete, all at once. No answer may be a surprise,
// and in the end there are the goroutines, the open files and the heap of the beginning.
//
//nolint:paralleltest // it counts the goroutines of the process
func TestStorm(t *testing.T) {
	first := portal(t, scenario.BuiltIn(), "trial", nil)
	serve(t, first, http.MethodPost, "/__admin/sandboxes", `{"scenario":1}`) // to explain a mistake, a process reads the contracts once
	serve(t, first, http.MethodGet, licensePath+"&callback=1", "")
	before := footprint()
	p := portal(t, scenario.BuiltIn(), "trial", func(o *server.Options) { o.MaxMemory = 24 << 20; withHistory(o) })
	listener, err := server.Listen("127.0.0.1:0", nil, &http.Server{Handler: p, ReadTimeout: 10 * time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), *storm)
	defer cancel()
	var clients sync.WaitGroup
	for n := range 32 {
		clients.Go(func() {
			c := &client{t, listener.URL, fmt.Sprintf("box%d", n), rand.New(rand.NewPCG(uint64(n), 1)), &http.Client{Transport: &http.Transport{}}}
			defer c.http.CloseIdleConnections()
			for ctx.Err() == nil {
				c.step()
			}
			c.do("DELETE", "/__admin/sandboxes/"+c.id, "", 200, 404)
		})
	}
	clients.Wait()
	if err := server.Stop(p.Sandboxes.Close, listener); err != nil {
		t.Error(err)
	}
	p = nil
	after := footprint()
	for range 50 {
		if after.goroutines <= before.goroutines && after.files <= before.files {
			break
		}
		time.Sleep(100 * time.Millisecond)
		after = footprint()
	}
	if after.goroutines > before.goroutines || after.files > before.files || after.heap > before.heap+8<<20 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// feet is what a process holds.
type feet struct{ goroutines, files, heap int }

func footprint() feet {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, _ := os.ReadDir("/proc/self/fd") // none but on Linux
	return feet{runtime.NumGoroutine(), len(files), int(m.HeapAlloc)}
}

// client is one of those that storm, with a sandbox of its own; it also looks into those of others.
type client struct {
	t      *testing.T
	root   string
	id     string
	random *rand.Rand
	http   *http.Client
}

// step does something that a client may do.
func (c *client) step() {
	box := "/__admin/sandboxes/" + c.id
	if c.random.IntN(4) == 0 {
		box = fmt.Sprintf("/__admin/sandboxes/box%d", c.random.IntN(32))
	}
	steps := []func(){
		func() { c.do("POST", "/__admin/sandboxes", `{"scenario":"purchased","id":"`+c.id+`"}`, 201, 409, 429) },
		func() { c.do("GET", "/sandboxes/"+c.id+licensePath, "", 200, 404) },
		func() { c.provision() },
		func() { c.do("POST", box+"/clock", `{"advance":"1d"}`, 200, 404, 409) },
		func() { c.do("PUT", box+"/scenario", `{"scenario":"trial"}`, 200, 404, 429) },
		func() { c.do("POST", box+"/rules", `{"when":{},"times":2,"delay":"3ms"}`, 201, 404, 429) },
		func() { c.do("POST", box+"/reset", "", 200, 404, 429) },
		func() { c.do("DELETE", box, "", 200, 404) },
		func() { c.do("GET", box+"/calls?limit=20", "", 200, 404) },
		func() { c.do("GET", box+"/calls?wait=20ms&count=3", "", 200, 404, 410, 429) },
		func() { c.do("POST", box+"/verify", `{"expect":[{"when":{},"exactly":2}]}`, 200, 404, 422, 429) },
		func() { c.do("GET", box, "", 200, 404) },
		func() { c.do("GET", "/__admin/sandboxes", "", 200) },
		func() { c.leave(box + "/events?after=0") },
		func() { c.leave(box + "/calls?limit=1000") },
	}
	steps[c.random.IntN(len(steps))]()
}

// do sends a request and reads the answer, which has one of the statuses.
func (c *client) do(method, path, body string, statuses ...int) {
	r, err := http.NewRequest(method, c.root+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", method, path, err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	for _, status := range statuses {
		if resp.StatusCode == status && err == nil {
			return
		}
	}
	c.t.Errorf("%s %s: %s %.200s %v", method, path, resp.Status, text, err)
}

func (c *client) provision() {
	form := url.Values{
		"f": {"json"}, "token": {"admin-token"}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
		"orgEntitlements": {`{"maxUsers":1,"entitlements":{"standard":{"num":1}},"more":"` + strings.Repeat("x", c.random.IntN(50_000)) + `"}`},
	}
	const path = "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
	resp, err := c.http.PostForm(c.root+"/sandboxes/"+c.id+path, form)
	if err != nil {
		c.t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// leave asks for much, reads a little of it slowly, and goes.
func (c *client) leave(path string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.root, "http://"))
	if err != nil {
		c.t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
	_, _ = conn.Read(make([]byte, 100))
	time.Sleep(time.Duration(c.random.IntN(20)) * time.Millisecond)
}
