package cli_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files, the golden parts of scripts, and the table in docs/command.md")

// TestScripts runs the command line as a user does. A script has testscript's own commands, the program ask (ask_test.go), and these:
//
//	serve NAME [ARG…]        start mockportal serve; once it is ready, set $NAME_url, $NAME_sharingUrl and so on from its line
//	signal NAME SIGNAL CODE [LIMIT]   end it with a signal; fail unless it ends with this code, and within the limit; write its output to
//	                         NAME.out and NAME.err
//	hold URL                 open connections that send nothing, half a request, half a body, and one that does not read its answer
//	exits CODE ARG…          run mockportal; fail unless it ends with this code
//	request METHOD URL [HEADER:VALUE…] [NAME=VALUE…]   print the status and the body; names and values are sent as a form
//	send METHOD URL FILE     print the status and the body of a request with a file of JSON
//	provision ROOT TOKEN     send the documented provisioning request to the portal at a root
//	trust NAME [TOKEN]       trust the server's authority in later requests; TOKEN is the control token
//	speak VERSION URL        ask by HTTP/1.1 or HTTP/2.0 and print the protocol and the body
//	certificate NAME [DAYS]  write NAME.pem, NAME-key.pem and NAME-ca.pem for 127.0.0.1, valid for DAYS, and NAME-chain.pem with both
//	start NAME ARG…          start mockportal, any command of it, without a terminal
//	await NAME PATTERN       wait until it has printed a line that matches
//	tell NAME SIGNAL         send it a signal
//	ends NAME CODE           wait until it ends; fail unless it ends with this code; write its output to NAME.out and NAME.err
//	occupy                   listen on a free port, and set $OCCUPIED
func TestScripts(t *testing.T) {
	t.Parallel()
	catchIgnored()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[serversKey{}] = map[string]*running{}
			env.Values[backgroundKey{}] = map[string]*background{}
			env.Setenv("GORACE", "atexit_sleep_ms=0") // no second of sleep at the end of each program
			env.Setenv("GOGC", "off")                 // the programs are short
			cache, err := os.UserCacheDir()           // for scripts that run go
			env.Setenv("GOCACHE", cmp.Or(os.Getenv("GOCACHE"), filepath.Join(cache, "go-build")))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "signal": signalServer, "exits": exits, "request": request, "send": send, "provision": provision,
			"trust": trust, "speak": speak, "certificate": certificate, "occupy": occupy, "hold": hold,
			"start": start, "await": await, "tell": tell, "ends": ends,
		},
	})
}

// catchIgnored listens to signals that this process ignores, as under nohup. Its children inherit an ignored signal, and a shell cannot
// trap one; they do not inherit one that this process catches.
func catchIgnored() {
	for _, one := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT} {
		if signal.Ignored(one) {
			signal.Notify(make(chan os.Signal, 1), one)
		}
	}
}

// serversKey is the key of a script's servers, by name.
type serversKey struct{}

func servers(ts *testscript.TestScript) map[string]*running {
	return ts.Value(serversKey{}).(map[string]*running)
}

// running is a server that a script has started.
type running struct {
	cmd    *exec.Cmd
	rest   chan []byte // standard output after the ready line, once that is closed
	ready  string
	stderr bytes.Buffer
}

// limit kills a program after a minute, so that the script fails and nothing is left behind. The function that it returns cancels that.
func (r *running) limit() (off func() bool) {
	return time.AfterFunc(time.Minute, func() { _ = r.cmd.Process.Kill() }).Stop
}

func command(ts *testscript.TestScript, args ...string) *exec.Cmd {
	path, err := exec.LookPath("mockportal")
	ts.Check(err)
	cmd := exec.Command(path, args...) //nolint:noctx // a script ends what it starts
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "WORK"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	for _, name := range environment() {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

// environment is what a script may set for a program.
func environment() []string {
	names := []string{"TMPDIR", "MOCKPORTAL_TOKEN", "GORACE", "GOGC", "GOCACHE", "GOPROXY", "GOTOOLCHAIN", "GOFLAGS"}
	for flag := range unreadable() {
		names = append(names, "MOCKPORTAL_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
	}
	return names
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [ARG…]")
	}
	name := args[0]
	r := &running{cmd: command(ts, append([]string{"serve"}, args[1:]...)...), rest: make(chan []byte, 1)}
	r.cmd.Stderr = &r.stderr
	stdout, err := r.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(r.cmd.Start())
	servers(ts)[name] = r
	ts.Defer(func() { _ = r.cmd.Process.Kill() })
	defer r.limit()()
	reader := bufio.NewReader(stdout)
	r.ready, err = reader.ReadString('\n')
	if err != nil {
		_ = r.cmd.Wait()
		ts.Fatalf("it is not ready: %v, %s", err, r.stderr.String())
	}
	go func() {
		rest, _ := io.ReadAll(reader)
		r.rest <- rest
	}()
	var line map[string]any
	ts.Check(json.Unmarshal([]byte(r.ready), &line))
	for key, value := range line {
		ts.Setenv(name+"_"+key, fmt.Sprint(value))
	}
	_, address, _ := strings.Cut(ts.Getenv(name+"_url"), "://")
	ts.Setenv(name+"_address", address)
	_, _ = io.WriteString(ts.Stdout(), r.ready)
}

func signalServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signal NAME SIGNAL CODE [LIMIT]")
	}
	r := servers(ts)[args[0]]
	if r == nil {
		ts.Fatalf("no server %s", args[0])
	}
	defer r.limit()()
	ts.Check(r.cmd.Process.Signal(signalOf(args[1])))
	told := time.Now()
	rest := <-r.rest
	_ = r.cmd.Wait()
	if len(args) > 3 {
		limit, err := time.ParseDuration(args[3])
		ts.Check(err)
		if took := time.Since(told); took > limit {
			ts.Fatalf("it ended after %s", took)
		}
	}
	if code := fmt.Sprint(r.cmd.ProcessState.ExitCode()); code != args[2] {
		ts.Fatalf("it ended with %s: %s", code, r.stderr.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), append([]byte(r.ready), rest...), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), r.stderr.Bytes(), 0o600))
}

func signalOf(name string) os.Signal {
	return map[string]os.Signal{
		"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT, "SIGHUP": syscall.SIGHUP, "SIGQUIT": syscall.SIGQUIT, "SIGKILL": syscall.SIGKILL,
	}[name]
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARG…")
	}
	cmd := command(ts, args[1:]...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	ts.Check(cmd.Start())
	defer (&running{cmd: cmd}).limit()()
	_ = cmd.Wait()
	if code := fmt.Sprint(cmd.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("it ended with %s", code)
	}
}

func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: request METHOD URL [HEADER:VALUE…] [NAME=VALUE…]")
	}
	var form []string
	header := http.Header{}
	for _, arg := range args[2:] {
		if name, value, ok := strings.Cut(arg, ":"); ok && !strings.Contains(name, "=") {
			header.Set(name, value)
		} else {
			form = append(form, arg)
		}
	}
	if len(form) > 0 {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	exchange(ts, args[0], args[1], strings.Join(form, "&"), header)
}

func send(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: send METHOD URL FILE")
	}
	exchange(ts, args[0], args[1], ts.ReadFile(args[2]), http.Header{"Content-Type": {"application/json"}})
}

func provision(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: provision ROOT TOKEN")
	}
	address := args[0] + "/portal/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
	request(ts, false, []string{
		http.MethodPost, address, "f=json", "token=" + args[1], "purchaserOrgId=sWwd06TnJR4lHopc",
		`orgEntitlements={"maxUsers":10,"entitlements":{"standard":{"num":8}}}`,
	})
}

// transport makes a connection for each request, and trusts a pool; nil is the system's.
func transport(pool *x509.CertPool) *http.Transport {
	return &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// exchange sends a request and prints the answer.
func exchange(ts *testscript.TestScript, method, address, body string, header http.Header) {
	r, err := http.NewRequest(method, address, strings.NewReader(body)) //nolint:noctx // a server of this test answers
	ts.Check(err)
	r.Header, r.Host = header, header.Get("Host")
	resp, err := (&http.Client{Transport: transport(authority(ts))}).Do(r)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%d\n%s\n", resp.StatusCode, reply)
}

// trust reads the authority from the control API, over a connection that it does not check.
func trust(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: trust NAME [TOKEN]")
	}
	address := ts.Getenv(args[0]+"_controlUrl") + "/ca.pem"
	r, err := http.NewRequest(http.MethodGet, address, http.NoBody) //nolint:noctx // a server of this test answers
	ts.Check(err)
	if len(args) > 1 {
		r.Header.Set("Authorization", "Bearer "+args[1])
	}
	unchecked := transport(nil)
	unchecked.TLSClientConfig.InsecureSkipVerify = true
	resp, err := (&http.Client{Transport: unchecked}).Do(r)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	pem, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), pem, 0o600))
}

// authority is the pool that trust has read, nil before that.
func authority(ts *testscript.TestScript) *x509.CertPool {
	pem, err := os.ReadFile(ts.MkAbs("ca.pem"))
	if err != nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

func occupy(ts *testscript.TestScript, _ bool, _ []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed with the script
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	ts.Setenv("OCCUPIED", listener.Addr().String())
}

// hold opens connections that wait for their client.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold URL")
	}
	address, err := url.Parse(args[0])
	ts.Check(err)
	const get = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for _, text := range []string{
		"", "GET /readyz HTT", get + "GET",
		"POST /readyz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf", strings.Repeat(get, 20000),
	} {
		conn, err := net.Dial("tcp", address.Host) //nolint:noctx // it is closed with the script
		ts.Check(err)
		ts.Defer(func() { _ = conn.Close() })
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second / 2)) // until the server does not read either
		_, _ = io.WriteString(conn, text)
	}
}
