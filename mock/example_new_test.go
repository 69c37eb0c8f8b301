package mock_test

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"

	"github.com/mockportal/mockportal/mock"
)

// A portal is an http.Handler, for everything that is not a test and for tests that bring their own server.
func ExampleNew() {
	portal, err := mock.New(mock.WithScenario("purchased"), mock.WithContexts("/gis"))
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(portal)
	defer server.Close()

	resp, err := server.Client().Get(server.URL + "/gis/portaladmin/healthCheck?f=json")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", body)

	calls, err := portal.Calls()
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range calls {
		fmt.Println(call.Number, call.Operation, call.Path)
	}
	// Output:
	// {"status":"success"}
	// 1 healthCheck /gis/portaladmin/healthCheck
}

// The error names everything that is wrong, and the nearest good name.
func ExampleNew_error() {
	_, err := mock.New(mock.WithScenario("trail"), mock.WithClock("frozzen"))
	fmt.Println(err)
	// Output:
	// no clock "frozzen" (did you mean "frozen"?): allowed are frozen, running, wall, and a time such as 2016-07-22T16:48:37Z
	// no scenario "trail" (did you mean "trial"?)
}
