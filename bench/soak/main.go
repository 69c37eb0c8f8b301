// Command soak sends calls to a server of its own for a long time, and prints what the server's process takes: as a curve, it must become
// flat. It reads /proc, so it needs Linux.
//
//	go run ./bench/soak --server ./mockportal --calls 2000000 --sandboxes 100
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	server := flag.String("server", "./mockportal", "the binary")
	calls := flag.Int("calls", 2_000_000, "how many calls")
	sandboxes := flag.Int("sandboxes", 100, "over how many sandboxes; 0: all in the default one")
	memory := flag.Int("max-memory", 256<<20, "the server's budget, in bytes")
	flag.Parse()
	if err := soak(*server, *calls, *sandboxes, *memory); err != nil {
		log.Fatal(err)
	}
}

// soak starts the server, sends the calls over 16 connections, and prints a line for each twentieth of them.
func soak(binary string, calls, sandboxes, memory int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	//nolint:gosec // whoever runs this names the binary
	command := exec.CommandContext(ctx, binary, "serve", "--addr", "127.0.0.1:0", "--log-level", "error", "--ready", "json",
		"--max-memory", fmt.Sprint(memory))
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	var ready struct{ URL string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&ready); err != nil {
		return fmt.Errorf("the server did not become ready: %w", err)
	}
	roots, err := makeSandboxes(ready.URL, sandboxes)
	if err != nil {
		return err
	}
	var sent atomic.Int64
	failures := make(chan error, 16)
	var clients sync.WaitGroup
	for range cap(failures) {
		clients.Go(func() {
			for n := sent.Add(1); n <= int64(calls); n = sent.Add(1) {
				if err := call(roots[int(n)%len(roots)], int(n)); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	go func() { clients.Wait(); close(failures) }()
	return watch(command.Process.Pid, &sent, calls, failures)
}

// watch prints the memory of a process after each twentieth of the calls.
func watch(pid int, sent *atomic.Int64, calls int, failures <-chan error) error {
	fmt.Println("calls      RSS (MiB)")
	step, next := int64(calls/20), int64(0)
	for {
		if n := sent.Load(); n >= next {
			rss, err := residentBytes(pid)
			if err != nil {
				return err
			}
			fmt.Printf("%9d  %6.1f\n", min(n, int64(calls)), float64(rss)/(1<<20))
			next += step
		}
		select {
		case err, failed := <-failures:
			if failed {
				return err
			}
			return nil
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// residentBytes is how much memory a process takes now.
func residentBytes(pid int) (bytes int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	if !found {
		return 0, errors.New("/proc does not say what the server takes")
	}
	_, err = fmt.Sscanf(rest, "%d kB", &bytes)
	return bytes << 10, err
}

// makeSandboxes returns the roots that are called.
func makeSandboxes(root string, n int) ([]string, error) {
	roots := []string{root}
	if n > 0 {
		roots = nil
	}
	for range n {
		resp, err := http.Post(root+"/__admin/sandboxes", "application/json", strings.NewReader(`{"scenario":"trial"}`))
		if err != nil {
			return nil, err
		}
		var made struct{ URL string }
		err = json.NewDecoder(resp.Body).Decode(&made)
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
		roots = append(roots, made.URL)
	}
	return roots, nil
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}

// call sends one of the two licensing operations, each time with other numbers.
func call(root string, n int) error {
	var resp *http.Response
	var err error
	if n%2 == 0 {
		resp, err = client.Get(root + "/portaladmin/license/getFutureLicense?f=json&token=admin-token")
	} else {
		resp, err = client.PostForm(root+"/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements", url.Values{
			"f": {"json"}, "token": {"admin-token"}, "purchaserOrgId": {"sWwd06TnJR4lHopc"},
			"orgEntitlements": {fmt.Sprintf(`{"maxUsers":%d,"entitlements":{"standard":{"num":%d}}}`, n, n)},
		})
	}
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || strings.Contains(string(text), `"error"`)) {
		err = fmt.Errorf("call %d: %s %.200s", n, resp.Status, text)
	}
	return err
}
