package mock_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mockportal/mockportal/mock"
)

// ReadLicense is the code under test: it asks again when the portal is busy, or breaks off its answer.
func ReadLicense(client *http.Client, url string) (body string, err error) {
	for range 3 {
		body, err = readOnce(client, url)
		if err == nil {
			return body, nil
		}
	}
	return "", err
}

func readOnce(client *http.Client, url string) (string, error) {
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", errors.New(resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// Rules make the next calls fail: the first is throttled, the second gets half an answer, and the third is good.
func ExampleSandbox_AddRules() {
	t := new(testing.T) // the test's own, which also closes the portal
	portal := mock.NewServer(t)
	defer portal.Close()

	portal.AddRules(`
- name: busy
  when: { operation: getFutureLicense, member: admin }
  times: 1
  reply: { status: 429, headers: { Retry-After: "1" }, offSpec: true }
- name: broken off
  when: { operation: getFutureLicense }
  times: 1
  fault: { kind: truncate, fraction: 0.5 }
`)
	body, err := ReadLicense(portal.Client(), portal.PortalAdminURL("license/getFutureLicense?f=json&token="+portal.Token("admin")))
	fmt.Println(strings.HasPrefix(body, `{"userTypes":`), err)
	for _, call := range portal.Calls(mock.GetFutureLicense) {
		fmt.Printf("%d %s %d %q\n", call.Number, call.Outcome, call.Status, call.Rule)
	}
	// Output:
	// true <nil>
	// 1 error 429 "busy"
	// 2 fault 200 "broken off"
	// 3 ok 200 ""
}

// A rule is a Go value, too.
func ExampleSandbox_AddRule() {
	t := new(testing.T) // the test's own, which also closes the portal
	portal := mock.NewServer(t)
	defer portal.Close()

	portal.AddRule(mock.Rule{
		Name:  "busy",
		When:  mock.When{Operation: mock.GetFutureLicense, Member: "admin"},
		Times: 1,
		Reply: mock.Reply{Status: http.StatusTooManyRequests, Headers: map[string]string{"Retry-After": "1"}, OffSpec: true},
	})
	_, err := ReadLicense(portal.Client(), portal.PortalAdminURL("license/getFutureLicense?f=json&token="+portal.Token("admin")))
	fmt.Println(err)
	for _, call := range portal.Calls(mock.GetFutureLicense) {
		fmt.Printf("%d %s %d %q\n", call.Number, call.Outcome, call.Status, call.Rule)
	}
	// Output:
	// <nil>
	// 1 error 429 "busy"
	// 2 ok 200 ""
}
