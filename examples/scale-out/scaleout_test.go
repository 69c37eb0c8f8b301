// Package scaleout shows mockportal on three servers behind nginx.
package scaleout

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	sandboxes = 1000
	clients   = 8
	item      = "6489da7f08f045ac8c0a5b1de37d56fe"
)

// TestScaleOut drives sandboxes through the proxy, stops a server, and sees which sandboxes are lost.
func TestScaleOut(t *testing.T) {
	servers := []*server{start(t), start(t), start(t)}
	f := &farm{t, proxy(t, servers)}

	f.each(func(n int) {
		f.put(n, http.StatusCreated)
		f.put(n, http.StatusOK)
		f.provision(n, 10+n)
		f.future(n)
		f.journal(n, 10+n)
	})

	has := make([]map[string]bool, len(servers))
	for i, s := range servers {
		has[i] = s.sandboxes(t)
		t.Logf("server %d has %d sandboxes", i+1, len(has[i]))
		if len(has[i]) < sandboxes/10 {
			t.Errorf("server %d has only %d of %d sandboxes", i+1, len(has[i]), sandboxes)
		}
	}
	if sum := len(has[0]) + len(has[1]) + len(has[2]); sum != sandboxes {
		t.Fatalf("the servers have %d sandboxes, not %d", sum, sandboxes)
	}

	servers[1].stop(t)
	f.each(func(n int) {
		if has[1][name(n)] {
			f.lost(n)
			f.put(n, http.StatusCreated)
			f.provision(n, 20+n)
			f.future(n)
			f.journal(n, 20+n)
			return
		}
		f.journal(n, 10+n)
		f.put(n, http.StatusOK)
		f.provision(n, 30+n)
		f.journal(n, 10+n, 30+n)
	})
	if sum := len(servers[0].sandboxes(t)) + len(servers[2].sandboxes(t)); sum != sandboxes {
		t.Errorf("two servers have %d sandboxes, not %d", sum, sandboxes)
	}
}

// TestProxyExplains sees what the proxy says to whoever makes a sandbox without an id.
func TestProxyExplains(t *testing.T) {
	f := &farm{t, proxy(t, []*server{start(t)})}
	status, body := f.send(http.MethodPost, "/__admin/sandboxes", "application/json", `{"scenario":"trial"}`)
	if status != http.StatusBadRequest || !strings.Contains(body, "PUT /__admin/sandboxes/{id}") {
		t.Errorf("%d %s", status, body)
	}
}

// farm is what stands behind the proxy.
type farm struct {
	t   *testing.T
	url string
}

func name(n int) string { return fmt.Sprintf("box-%d", n) }

// each does something for every sandbox, from eight clients at once.
func (f *farm) each(do func(n int)) {
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for n := client; n < sandboxes && !f.t.Failed(); n += clients {
				do(n)
			}
		})
	}
	all.Wait()
	if f.t.Failed() {
		f.t.FailNow()
	}
}

// put makes the sandbox, or finds it.
func (f *farm) put(n, want int) {
	status, body := f.send(http.MethodPut, "/__admin/sandboxes/"+name(n), "application/json", fmt.Sprintf(`{"scenario":"trial","seed":%d}`, n))
	if address := fmt.Sprintf(`"url":"%s/sandboxes/%s"`, f.url, name(n)); status != want || !strings.Contains(body, address) {
		f.t.Errorf("PUT %s: %d, not %d: %s", name(n), status, want, body)
	}
}

// provision gives the buyer a number of users that no other sandbox has.
func (f *farm) provision(n, maxUsers int) {
	form := url.Values{
		"f": {"json"}, "token": {"admin-token"}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
		"orgEntitlements": {fmt.Sprintf(`{"maxUsers":%d,"entitlements":{"standard":{"num":8}}}`, maxUsers)},
	}
	_, body := f.send(http.MethodPost, "/sandboxes/"+name(n)+"/sharing/rest/content/listings/"+item+"/provisionOrgEntitlements",
		"application/x-www-form-urlencoded", form.Encode())
	var reply struct{ OrgEntitlements struct{ MaxUsers int } }
	if err := json.Unmarshal([]byte(body), &reply); err != nil || reply.OrgEntitlements.MaxUsers != maxUsers {
		f.t.Errorf("%s: %v, not %d users: %s", name(n), err, maxUsers, body)
	}
}

const future = "/portaladmin/license/getFutureLicense?f=json&token=admin-token"

func (f *farm) future(n int) {
	if _, body := f.send(http.MethodGet, "/sandboxes/"+name(n)+future, "", ""); !strings.Contains(body, `"id":"GISProfessionalAdvUT"`) {
		f.t.Errorf("%s: %s", name(n), body)
	}
}

// journal sees that the sandbox has had all its own calls, and no others.
func (f *farm) journal(n int, maxUsers ...int) {
	_, body := f.send(http.MethodGet, "/__admin/sandboxes/"+name(n)+"/calls", "", "")
	var page struct {
		Complete bool
		Calls    []struct {
			Operation string
			Params    struct{ OrgEntitlements struct{ MaxUsers int } }
		}
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		f.t.Errorf("%s: %v: %s", name(n), err, body)
		return
	}
	var got []int
	for _, call := range page.Calls {
		if call.Operation == "provisionOrgEntitlements" {
			got = append(got, call.Params.OrgEntitlements.MaxUsers)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(maxUsers) || len(page.Calls) != len(maxUsers)+1 || !page.Complete {
		f.t.Errorf("%s: provisioned %v in %d calls, not %v: %s", name(n), got, len(page.Calls), maxUsers, body)
	}
}

// lost sees that the portal and the control API both say that the sandbox is not there.
func (f *farm) lost(n int) {
	for _, path := range []string{"/sandboxes/" + name(n) + future, "/__admin/sandboxes/" + name(n) + "/calls"} {
		status, body := f.send(http.MethodGet, path, "", "")
		if status != http.StatusNotFound || !strings.Contains(body, "no such sandbox") || !strings.Contains(body, "on another server") {
			f.t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func (f *farm) send(method, path, contentType, body string) (status int, answer string) {
	request, err := http.NewRequest(method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Error(err)
		return 0, ""
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Error(err)
	}
	return response.StatusCode, string(text)
}

// server is one mockportal.
type server struct {
	cmd *exec.Cmd
	url string
}

func start(t *testing.T) *server {
	t.Helper()
	cmd := exec.Command("mockportal", "serve", "--addr", "127.0.0.1:0", "--ready", "json", "--log-level", "error")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var ready struct{ URL string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	return &server{cmd, ready.URL}
}

func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// sandboxes asks the server itself for the ids of its sandboxes, without the default one.
func (s *server) sandboxes(t *testing.T) map[string]bool {
	t.Helper()
	response, err := http.Get(s.url + "/__admin/sandboxes")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var list struct{ Sandboxes []string }
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, id := range list.Sandboxes[1:] {
		ids[id] = true
	}
	return ids
}

// proxy starts nginx with nginx.conf, but on free ports, and returns its address.
func proxy(t *testing.T, servers []*server) string {
	t.Helper()
	text, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	address := free(t)
	ports := []string{"127.0.0.1:8080", address}
	for i := range 3 {
		ports = append(ports, fmt.Sprintf("127.0.0.1:%d", 8081+i), strings.TrimPrefix(servers[i%len(servers)].url, "http://"))
	}
	folder := t.TempDir()
	conf := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(conf, []byte(strings.NewReplacer(ports...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nginx", "-p", folder, "-c", conf, "-g", "daemon off;")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for range 100 {
		if response, err := http.Get("http://" + address + "/readyz"); err == nil {
			_ = response.Body.Close()
			return "http://" + address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("nginx does not answer")
	return ""
}

// free returns an address that nothing listens on.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
