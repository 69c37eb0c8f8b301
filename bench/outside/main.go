// Command outside measures a server from outside its process, with wrk, in turns with a bare net/http server that writes the same answers.
// bench/README.md says how, and what the figures mean. It reads /proc, so it needs Linux.
//
//	bash bench/run
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings are what the flags say.
type settings struct {
	server, base, yardstick string
	connections             string
	rounds, starts, calls   int
	duration                time.Duration
	peers                   string
}

func main() {
	var s settings
	flag.StringVar(&s.server, "server", "", "the binary to measure")
	flag.StringVar(&s.base, "base", "", "another build, measured in the same rounds; empty: none")
	flag.StringVar(&s.yardstick, "yardstick", "", "the binary of bench/yardstick")
	flag.StringVar(&s.connections, "connections", "1,16,64", "how many connections, one table for each")
	flag.IntVar(&s.rounds, "rounds", 7, "how often everything is measured")
	flag.DurationVar(&s.duration, "duration", 3*time.Second, "how long one load takes")
	flag.IntVar(&s.starts, "starts", 30, "how many starts are measured")
	flag.IntVar(&s.calls, "calls", 2_000_000, "after how many calls the memory is looked at")
	flag.StringVar(&s.peers, "peers", "", "the folder that bench/peers has installed; only the peers are measured then")
	flag.Parse()
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) // so that no server outlives the run
	if err := measure(ctx, s); err != nil {
		log.Fatal(err)
	}
}

// measure prints all tables.
func measure(ctx context.Context, s settings) error {
	folder, err := os.MkdirTemp("", "mockportal-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server := &subject{name: "mockportal", command: mockportal(s.server)}
	yardstick, err := makeYardstick(ctx, server, s.yardstick, folder)
	if err != nil {
		return err
	}
	if s.peers != "" {
		return measurePeers(ctx, s, yardstick, folder)
	}
	subjects := []*subject{yardstick, server}
	if s.base != "" {
		subjects = append(subjects, &subject{name: "base", command: mockportal(s.base)})
	}
	if err := measureLoad(ctx, s, subjects); err != nil {
		return err
	}
	if err := measureStart(ctx, s, subjects); err != nil {
		return err
	}
	return measureMemory(ctx, s, subjects[1:])
}

// mockportal is the command that serves a portal of which both operations are answered.
func mockportal(binary string) func(port int) []string {
	return func(port int) []string {
		address := "127.0.0.1:" + strconv.Itoa(port)
		return []string{
			binary, "serve", "--addr", address, "--scenario", "no-future-entitlements", "--log-level", "error", "--ready", "json",
			"--max-sandboxes", "2000",
		}
	}
}

// makeYardstick writes down what the server answers, and returns the yardstick that answers the same.
func makeYardstick(ctx context.Context, server *subject, binary, folder string) (*subject, error) {
	if err := server.start(ctx); err != nil {
		return nil, err
	}
	defer server.stop()
	files := []string{folder + "/license.json", folder + "/provision.json"}
	for i, o := range operations {
		body, err := o.ask(server.url, "admin-token", 0)
		if err == nil {
			err = o.check(body, 0)
		}
		if err == nil {
			err = os.WriteFile(files[i], body, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	return &subject{name: "net/http", static: true, command: func(port int) []string {
		return append([]string{binary, "127.0.0.1:" + strconv.Itoa(port)}, files...)
	}}, nil
}

// measureLoad prints, for each operation and number of connections, rate and CPU time of each subject as ratios to the first one.
func measureLoad(ctx context.Context, s settings, subjects []*subject) error {
	for _, one := range subjects {
		if err := one.start(ctx); err != nil {
			return err
		}
		defer one.stop()
		if err := one.prepare(2); err != nil {
			return err
		}
	}
	subjects[0].tokens = subjects[1].tokens // the yardstick reads the same requests
	fmt.Println("| operation | connections | server | calls/s | of net/http | quartiles | CPU µs/call | of net/http | quartiles |\n" +
		"|---|---|---|---|---|---|---|---|---|")
	for _, o := range operations {
		for text := range strings.SplitSeq(s.connections, ",") {
			loads, err := inTurns(ctx, s, subjects, o, text)
			if err != nil {
				return err
			}
			for i, one := range subjects {
				fmt.Printf("| %s | %s | %s | %s |\n", o.name, text, one.name, ratios(loads[i], loads[0]))
			}
		}
	}
	return nil
}

// ratios are the medians of the loads, and of their ratios to those of the same rounds.
func ratios(loads, to []load) string {
	var rate, cpu, rateRatio, cpuRatio sample
	for round, l := range loads {
		rate, cpu = append(rate, l.rate), append(cpu, l.cpu)
		rateRatio, cpuRatio = append(rateRatio, l.rate/to[round].rate), append(cpuRatio, l.cpu/to[round].cpu)
	}
	return fmt.Sprintf("%.0f | %.2f | %s | %.1f | %.2f | %s",
		rate.median(), rateRatio.median(), rateRatio.quartiles(), cpu.median(), cpuRatio.median(), cpuRatio.quartiles())
}

// inTurns loads the subjects in turns, in the opposite order every other round, and checks answers of each before and after. It returns the
// loads of each subject.
func inTurns(ctx context.Context, s settings, subjects []*subject, o operation, connections string) ([][]load, error) {
	loads := make([][]load, len(subjects))
	for round := range s.rounds {
		for n := range subjects {
			if round%2 == 1 {
				n = len(subjects) - 1 - n
			}
			one := subjects[n]
			if err := one.sample(o); err != nil {
				return nil, err
			}
			l, err := one.load(ctx, o, connections, s.duration)
			if err == nil {
				err = one.sample(o)
			}
			if err != nil {
				return nil, err
			}
			loads[n] = append(loads[n], l)
		}
	}
	return loads, nil
}

// measureStart prints how long it takes from the start of a process to its first answer, and what the process takes when it idles then.
func measureStart(ctx context.Context, s settings, subjects []*subject) error {
	fmt.Println("\n| server | start to the first answer, ms | quartiles | memory then, MiB |\n|---|---|---|---|")
	times, memory := make([]sample, len(subjects)), make([]sample, len(subjects))
	for range s.starts {
		for i, one := range subjects {
			began := time.Now()
			if err := one.start(ctx); err != nil {
				return err
			}
			times[i] = append(times[i], float64(time.Since(began).Microseconds())/1000)
			time.Sleep(100 * time.Millisecond)
			memory[i] = append(memory[i], one.memory())
			one.stop()
		}
	}
	for i, one := range subjects {
		fmt.Printf("| %s | %.1f | %s | %.1f |\n", one.name, times[i].median(), times[i].quartiles(), memory[i].median())
	}
	return nil
}

// measureMemory prints what a process takes with many sandboxes, and with many calls.
func measureMemory(ctx context.Context, s settings, subjects []*subject) error {
	fmt.Println("\n| server | with | memory, MiB |\n|---|---|---|")
	for _, one := range subjects {
		if err := one.idleSandboxes(ctx, 1000); err != nil {
			return err
		}
		for _, sandboxes := range []int{1, 100} {
			if err := one.manyCalls(ctx, s.calls, sandboxes); err != nil {
				return err
			}
		}
	}
	return nil
}
