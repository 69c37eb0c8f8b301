// Command upcoming prints the entries of a portal's future licence, one per line.
//
// It is an example of an application under test. It knows the URL of a portal and a token, and nothing of mockportal.
// It makes one call, so it fails if it starts before the portal is ready.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

type license struct {
	UserTypes  []entry `json:"userTypes"`
	AppBundles []entry `json:"appBundles"`
	Apps       []entry `json:"apps"`
	Error      *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// An entry with a count of 0 is not a future entitlement; its date is the end of the licence.
type entry struct {
	ID        string `json:"id"`
	Count     int    `json:"maximumRegisteredMembers"`
	StartDate int64  `json:"startDate"`
}

func main() {
	if err := run(os.Getenv("PORTALADMIN_URL"), os.Getenv("PORTAL_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "upcoming:", err)
		os.Exit(1)
	}
}

func run(portal, token string) error {
	if portal == "" || token == "" {
		return errors.New("PORTALADMIN_URL and PORTAL_TOKEN must be set")
	}
	future, err := futureLicense(portal, token)
	if err != nil {
		return err
	}
	for _, list := range [][]entry{future.UserTypes, future.AppBundles, future.Apps} {
		for _, e := range list {
			if e.Count > 0 {
				fmt.Println(e.ID, e.Count, time.UnixMilli(e.StartDate).UTC().Format(time.DateOnly))
			}
		}
	}
	return nil
}

func futureLicense(portal, token string) (license, error) {
	query := url.Values{"f": {"json"}, "token": {token}}
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Get(portal + "/license/getFutureLicense?" + query.Encode())
	if err != nil {
		// The error would quote the URL, which has the token.
		return license{}, fmt.Errorf("the portal does not answer: %w", errors.Unwrap(err))
	}
	defer func() { _ = response.Body.Close() }()
	var future license
	if err := json.NewDecoder(response.Body).Decode(&future); err != nil {
		return license{}, fmt.Errorf("the portal answered %s: %w", response.Status, err)
	}
	// The portal sends errors with HTTP 200.
	if future.Error != nil {
		return license{}, fmt.Errorf("the portal answered %d: %s", future.Error.Code, future.Error.Message)
	}
	return future, nil
}
