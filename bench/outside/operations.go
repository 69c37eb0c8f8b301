package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
)

// operations are the two that are measured, and how their answers are checked: against the documented examples, value by value.
var operations = []operation{
	{
		name: "getFutureLicense", script: "license.lua",
		ask: func(root, token string, n int) ([]byte, error) {
			path := []string{"/portal", "/arcgis", ""}[n%3] + "/portaladmin/license/getFutureLicense?f=json&token="
			return read(http.Get(root + path + token)) //nolint:noctx // our own server
		},
		check: func(body []byte, _ int) error {
			want, err := documented("getFutureLicense.example.json")
			if err != nil {
				return err
			}
			return same(want, body)
		},
	},
	{
		name: "provisionOrgEntitlements", script: "provision.lua",
		ask: func(root, token string, n int) ([]byte, error) {
			const path = "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
			return read(http.PostForm(root+path, url.Values{ //nolint:noctx // our own server
				"f": {"json"}, "token": {token}, "purchaserOrgId": {buyer(n)}, "purchaserSubscriptionId": {strconv.Itoa(n)},
				"orgEntitlements": {fmt.Sprintf(
					`{"maxUsers":%d,"entitlements":{"standard":{"num":%d},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}`, 10+n, 8+n%3)},
			}))
		},
		check: func(body []byte, n int) error {
			want, err := documented("provisionOrgEntitlements.example.json")
			if err != nil {
				return err
			}
			// The scenario has a purchase in 2020, and the example a trial in 2016.
			var got map[string]any
			if err := json.Unmarshal(body, &got); err != nil {
				return err
			}
			for _, other := range []string{"startDate", "endDate", "created", "modified", "purchased", "trial"} {
				want[other] = got[other]
			}
			want["purchaserOrgId"] = buyer(n)
			entitled, _ := got["orgEntitlements"].(map[string]any)
			num := func(n int) map[string]any { return map[string]any{"num": float64(n)} }
			want["orgEntitlements"] = map[string]any{
				"maxUsers": float64(10 + n), "entitlementsModified": entitled["entitlementsModified"],
				"entitlements": map[string]any{"standard": num(8 + n%3), "advanced": num(2), "spatialAnalyst": num(2)},
			}
			return same(want, body)
		},
	},
}

// buyer is the organisation of the n-th request. The scenario itself has the first one only.
func buyer(n int) string {
	return []string{"sWwd06TnJR4lHopc", "buyerTwo00000000", "buyerThree000000"}[n%3]
}

// documented reads an example of Esri's documentation.
func documented(name string) (example map[string]any, err error) {
	text, err := os.ReadFile("internal/contract/testdata/documented/" + name) //nolint:gosec // the names are ours
	if err == nil {
		err = json.Unmarshal(text, &example)
	}
	return example, err
}

func same(want map[string]any, body []byte) error {
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		return fmt.Errorf("%w: %.200s", err, body)
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("the answer is not the right one:\n%v\n%v", want, got)
	}
	return nil
}
