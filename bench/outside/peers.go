package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// peer is another mock server. It answers the two requests with the bytes of the files, in its own way of configuration.
type peer struct {
	name    string
	file    string                                   // its binary or jar, in the folder of peers; a star stands for the version
	config  func(routes []route, port int) any       // JSON
	command func(file, config, port string) []string // that serves it
}

// route is a request and its answer.
type route struct{ method, path, body string }

// object is one of JSON.
type object = map[string]any

var peers = []peer{
	{
		name: "Hoverfly", file: "hoverfly-*",
		config: func(routes []route, _ int) any {
			exactly := func(text string) []object { return []object{{"matcher": "exact", "value": text}} }
			var pairs []object
			for _, r := range routes {
				pairs = append(pairs, object{
					"request":  object{"method": exactly(r.method), "path": exactly(r.path)},
					"response": object{"status": 200, "body": r.body, "headers": object{"Content-Type": []string{"application/json"}}},
				})
			}
			return object{"data": object{"pairs": pairs}, "meta": object{"schemaVersion": "v5.2"}}
		},
		command: func(file, config, port string) []string {
			return []string{file, "-webserver", "-import", config, "-pp", port, "-ap", strconv.Itoa(freePort()), "-log-level", "error"}
		},
	},
	{
		name: "WireMock", file: "wiremock-*.jar",
		config: func(routes []route, _ int) any {
			var mappings []object
			for _, r := range routes {
				mappings = append(mappings, object{
					"request":  object{"method": r.method, "urlPath": r.path},
					"response": object{"status": 200, "body": r.body, "headers": object{"Content-Type": "application/json"}},
				})
			}
			return object{"mappings": mappings}
		},
		command: func(file, config, port string) []string {
			root := filepath.Dir(filepath.Dir(config))
			return []string{"java", "-jar", file, "--port", port, "--bind-address", "127.0.0.1", "--root-dir", root, "--disable-banner"}
		},
	},
	{
		name: "mountebank", file: "node_modules/.bin/mb",
		config: func(routes []route, port int) any {
			var stubs []object
			for _, r := range routes {
				answer := object{"statusCode": 200, "body": r.body, "headers": object{"Content-Type": "application/json"}}
				stubs = append(stubs, object{
					"predicates": []object{{"equals": object{"method": r.method, "path": r.path}}}, "responses": []object{{"is": answer}},
				})
			}
			return object{"imposters": []object{{"port": port, "protocol": "http", "host": "127.0.0.1", "stubs": stubs}}}
		},
		command: func(file, config, _ string) []string {
			admin := strconv.Itoa(freePort())
			return []string{
				file, "start", "--configfile", config, "--port", admin, "--nologfile", "--loglevel", "error", "--pidfile", config + ".pid",
			}
		},
	},
	{
		name: "Mockoon", file: "node_modules/.bin/mockoon-cli",
		config: func(routes []route, port int) any {
			var list []object
			for i, r := range routes {
				answer := object{
					"uuid": fmt.Sprintf("answer-%d", i), "statusCode": 200, "body": r.body, "bodyType": "INLINE", "default": true,
					"headers": []object{{"key": "Content-Type", "value": "application/json"}}, "rules": []any{}, "rulesOperator": "OR",
				}
				list = append(list, object{
					"uuid": fmt.Sprintf("route-%d", i), "type": "http", "method": map[string]string{"GET": "get", "POST": "post"}[r.method],
					"endpoint": r.path[1:], "responses": []object{answer},
				})
			}
			return object{"uuid": "environment", "name": "peers", "lastMigration": 33, "port": port, "hostname": "127.0.0.1", "routes": list}
		},
		command: func(file, config, port string) []string {
			return []string{file, "start", "--data", config, "--port", port, "--repair", "--disable-log-to-file", "--disable-admin-api"}
		},
	},
	{
		name: "Prism", file: "node_modules/.bin/prism",
		config: func(routes []route, _ int) any {
			paths := object{}
			for _, r := range routes {
				media := object{"application/json": object{"schema": object{"type": "object"}, "example": json.RawMessage(r.body)}}
				operation := object{"responses": object{"200": object{"description": "An answer.", "content": media}}}
				if r.method == "POST" {
					form := object{"application/x-www-form-urlencoded": object{"schema": object{"type": "object"}}}
					operation["requestBody"] = object{"content": form}
				}
				paths[r.path] = object{map[string]string{"GET": "get", "POST": "post"}[r.method]: operation}
			}
			return object{"openapi": "3.0.3", "info": object{"title": "peers", "version": "1"}, "paths": paths}
		},
		command: func(file, config, port string) []string {
			return []string{file, "mock", "--host", "127.0.0.1", "--port", port, "--verboseLevel", "silent", config}
		},
	},
}

// measurePeers prints what bench/README.md says of each peer, and of mockportal beside them.
func measurePeers(ctx context.Context, s settings, yardstick *subject, folder string) error {
	routes, err := routesOf(folder)
	if err != nil {
		return err
	}
	all := []*subject{{name: "mockportal", command: mockportal(s.server)}}
	for _, p := range peers {
		found, err := filepath.Glob(filepath.Join(s.peers, p.file))
		if err != nil || len(found) == 0 {
			return errors.Join(err, fmt.Errorf("%s: no %s in %s", p.name, p.file, s.peers))
		}
		config := filepath.Join(folder, p.name, "mappings", "config.json")
		all = append(all, &subject{name: p.name, static: true, command: func(port int) []string {
			text, err := json.Marshal(p.config(routes, port))
			if err == nil {
				err = errors.Join(os.MkdirAll(filepath.Dir(config), 0o700), os.WriteFile(config, text, 0o600))
			}
			if err != nil {
				panic(err)
			}
			return p.command(found[0], config, strconv.Itoa(port))
		}})
	}
	if err := yardstick.start(ctx); err != nil {
		return err
	}
	defer yardstick.stop()
	fmt.Println("| server | getFutureLicense, of net/http | provisionOrgEntitlements, of net/http | start to the first answer, ms |" +
		" memory then, MiB | memory after the load, MiB |\n|---|---|---|---|---|---|")
	for _, one := range all {
		if err := one.compare(ctx, s, yardstick); err != nil {
			return err
		}
	}
	return nil
}

// compare prints a subject's row.
func (s *subject) compare(ctx context.Context, settings settings, yardstick *subject) error {
	var times, idle sample
	for range min(settings.starts, 5) {
		if s.cmd != nil {
			s.stop()
		}
		began := time.Now()
		if err := s.start(ctx); err != nil {
			return err
		}
		times = append(times, float64(time.Since(began).Microseconds())/1000)
		time.Sleep(time.Second)
		idle = append(idle, s.memory())
	}
	defer s.stop()
	if err := s.prepare(2); err != nil {
		return err
	}
	yardstick.tokens = s.tokens // it reads the same requests
	var rates [2]sample
	for i, o := range operations {
		loads, err := inTurns(ctx, settings, []*subject{yardstick, s}, o, "16")
		if err != nil {
			return err
		}
		for round, l := range loads[1] {
			rates[i] = append(rates[i], l.rate/loads[0][round].rate)
		}
	}
	fmt.Printf("| %s | %.3f | %.3f | %.0f | %.0f | %.0f |\n",
		s.name, rates[0].median(), rates[1].median(), times.median(), idle.median(), s.memory())
	return nil
}

// routesOf returns the requests of the scripts, with the answers that the yardstick gives.
func routesOf(folder string) (routes []route, err error) {
	license, err := os.ReadFile(filepath.Join(folder, "license.json"))       //nolint:gosec // our own folder
	provision, again := os.ReadFile(filepath.Join(folder, "provision.json")) //nolint:gosec // our own folder
	for _, at := range []string{"/portal", "/arcgis", ""} {
		routes = append(routes, route{"GET", at + "/portaladmin/license/getFutureLicense", string(license)})
	}
	const path = "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
	return append(routes, route{"POST", path, string(provision)}), errors.Join(err, again)
}
