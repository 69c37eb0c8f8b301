package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// subject is a server that is measured.
type subject struct {
	name    string
	command func(port int) []string
	static  bool // it answers the same to every call

	url    string
	cmd    *exec.Cmd
	tokens []string // in turn
}

// start starts the server and returns after its first answer.
func (s *subject) start(ctx context.Context) error {
	port := freePort()
	args := s.command(port)
	s.cmd = exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // whoever runs this names the binary
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.cmd.Stderr = os.Stderr
	err := s.cmd.Start()
	if err != nil {
		return err
	}
	s.url, s.tokens = fmt.Sprintf("http://127.0.0.1:%d", port), []string{"admin-token"}
	for began := time.Now(); ctx.Err() == nil && time.Since(began) < time.Minute; time.Sleep(200 * time.Microsecond) {
		if _, err = operations[0].ask(s.url, "admin-token", 0); err == nil {
			return nil
		}
	}
	s.stop()
	return fmt.Errorf("%s does not answer: %w", s.name, err)
}

// freePort returns a port that nothing listens on.
func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	if err != nil {
		panic(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// stop kills the server and its children.
func (s *subject) stop() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
}

// prepare makes sandboxes whose listing has three buyers, and tokens in turn: those that are written in the scenario, and issued ones.
func (s *subject) prepare(sandboxes int) error {
	if s.static {
		return nil
	}
	s.tokens = nil
	for range sandboxes {
		const document = `{"scenario":{"format":1,"extends":"no-future-entitlements","summary":"Three buyers.","world":{"listings":{
			"6489da7f08f045ac8c0a5b1de37d56fe":{"provisions":{
				"buyerTwo00000000":{"fixture":"provisions/purchased","with":{"purchaserOrgId":"buyerTwo00000000"}},
				"buyerThree000000":{"fixture":"provisions/purchased","with":{"purchaserOrgId":"buyerThree000000"}}}}}}}}`
		var made struct {
			URL     string
			Members []struct{ Username, Password, Token string }
		}
		if err := s.makeSandbox(document, &made); err != nil {
			return err
		}
		admin := made.Members[0]
		var issued struct{ Token string }
		err := answer(http.PostForm(s.url+"/sharing/rest/generateToken", url.Values{ //nolint:noctx // it is our own server
			"f": {"json"}, "username": {admin.Username}, "password": {admin.Password}, "client": {"requestip"}, "expiration": {"600"},
		}))(&issued)
		if err != nil {
			return err
		}
		s.tokens = append(s.tokens, admin.Token, issued.Token)
	}
	return nil
}

func (s *subject) makeSandbox(document string, made any) error {
	//nolint:noctx // it is our own server
	return answer(http.Post(s.url+"/__admin/sandboxes", "application/json", strings.NewReader(document)))(made)
}

// answer returns a function that decodes the JSON of an answer.
func answer(response *http.Response, err error) func(into any) error {
	return func(into any) error {
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode >= http.StatusBadRequest {
			return errors.New(response.Status)
		}
		return json.NewDecoder(response.Body).Decode(into)
	}
}

// sample checks that no call has failed so far, and the answers to some calls, value by value.
func (s *subject) sample(o operation) error {
	if err := s.failed(); err != nil {
		return err
	}
	for n := range 20 {
		if s.static {
			n = 0
		}
		body, err := o.ask(s.url, s.tokens[n%len(s.tokens)], n)
		if err == nil {
			err = o.check(body, n)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s.name, o.name, err)
		}
	}
	return nil
}

// load is what one run of wrk has measured.
type load struct{ rate, cpu float64 } // calls a second, and microseconds of the server's CPU a call

var (
	wrkCalls = regexp.MustCompile(`(\d+) requests in`)
	wrkRate  = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
)

func (s *subject) load(ctx context.Context, o operation, connections string, duration time.Duration) (load, error) {
	before := s.cpu()
	calls, rate, err := s.wrk(ctx, o, connections, duration)
	if err != nil {
		return load{}, err
	}
	return load{rate, (s.cpu() - before) / float64(calls)}, nil
}

// wrk loads the server and returns how many calls it has answered, all of them well.
func (s *subject) wrk(ctx context.Context, o operation, connections string, duration time.Duration) (calls int, rate float64, err error) {
	//nolint:gosec // the arguments are ours
	cmd := exec.CommandContext(ctx, "wrk", "--threads", "1", "--connections", connections,
		"--duration", fmt.Sprintf("%.0fs", duration.Seconds()), "--script", "bench/outside/"+o.script, s.url)
	cmd.Env = append(os.Environ(), "TOKENS="+strings.Join(s.tokens, " "))
	out, err := cmd.CombinedOutput()
	counted, rated := wrkCalls.FindSubmatch(out), wrkRate.FindSubmatch(out)
	if err != nil || counted == nil || rated == nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		return 0, 0, fmt.Errorf("%s: %s: %w:\n%s", s.name, o.name, errors.Join(err, errors.New("not all went well")), out)
	}
	calls, _ = strconv.Atoi(string(counted[1]))
	rate, _ = strconv.ParseFloat(string(rated[1]), 64)
	return calls, rate, nil
}

var failures = regexp.MustCompile(`(?m)^mockportal_calls_total\{.*outcome="(error|fault)"\} [1-9].*$`)

// failed returns an error if any call since the start has failed. The portal reports failures with status 200, so wrk does not see them.
func (s *subject) failed() error {
	if s.static {
		return nil
	}
	counts, err := read(http.Get(s.url + "/metrics")) //nolint:noctx // it is our own server
	if found := failures.FindAll(counts, -1); found != nil {
		return fmt.Errorf("%s: calls have failed:\n%s", s.name, bytes.Join(found, []byte("\n")))
	}
	return err
}

// processes returns the folders in /proc of the server's process and its children.
func (s *subject) processes() (folders []string) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range all {
		stat, _ := os.ReadFile(folder + "/stat") //nolint:gosec // in /proc
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) > 2 && fields[2] == strconv.Itoa(s.cmd.Process.Pid) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// cpu returns how many microseconds of CPU the server has taken, as the scheduler counts them.
func (s *subject) cpu() (micros float64) {
	for _, folder := range s.processes() {
		threads, _ := filepath.Glob(folder + "/task/*/schedstat")
		for _, thread := range threads {
			var nanos float64
			stat, _ := os.ReadFile(thread) //nolint:gosec // in /proc
			_, _ = fmt.Sscan(string(stat), &nanos)
			micros += nanos / 1000
		}
	}
	return micros
}

// memory returns the resident memory of the server, in MiB.
func (s *subject) memory() (mib float64) {
	for _, folder := range s.processes() {
		status, _ := os.ReadFile(folder + "/status") //nolint:gosec // in /proc
		if _, rest, ok := strings.Cut(string(status), "VmRSS:"); ok {
			var kib float64
			_, _ = fmt.Sscan(rest, &kib)
			mib += kib / 1024
		}
	}
	return mib
}

// idleSandboxes prints how much memory n sandboxes take that nobody calls.
func (s *subject) idleSandboxes(ctx context.Context, n int) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.stop()
	before := s.memory()
	for range n {
		var made struct{ ID string }
		if err := s.makeSandbox(`{"scenario":"trial"}`, &made); err != nil {
			return err
		}
	}
	fmt.Printf("| %s | %d idle sandboxes, in addition | %.1f |\n", s.name, n, s.memory()-before)
	return nil
}

// manyCalls prints what the server takes after each fifth of the calls, which are of both operations in turn.
func (s *subject) manyCalls(ctx context.Context, calls, sandboxes int) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.stop()
	if err := s.prepare(sandboxes); err != nil {
		return err
	}
	for sum, next := 0, calls/5; sum < calls; {
		for _, o := range operations {
			n, _, err := s.wrk(ctx, o, "16", time.Second)
			if err != nil {
				return err
			}
			sum += n
		}
		if err := s.failed(); err != nil {
			return err
		}
		if sum >= next {
			fmt.Printf("| %s | %d calls over %d sandboxes | %.1f |\n", s.name, sum, sandboxes, s.memory())
			next += calls / 5
		}
	}
	return nil
}

// operation is one of the two that are measured.
type operation struct {
	name, script string
	ask          func(root, token string, n int) ([]byte, error)
	check        func(body []byte, n int) error // that the n-th answer is right
}

func read(response *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", response.Status, body)
	}
	return body, err
}
