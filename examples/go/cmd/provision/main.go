// Command provision gives an organisation users of a listing, and prints the future licence of the portal:
//
//	PORTAL_USERNAME=admin PORTAL_PASSWORD=… provision SHARING-URL PORTALADMIN-URL LISTING PURCHASER USERS
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"example.com/provision"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "provision:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("want SHARING-URL PORTALADMIN-URL LISTING PURCHASER USERS, got %q", args)
	}
	username, password := os.Getenv("PORTAL_USERNAME"), os.Getenv("PORTAL_PASSWORD")
	if username == "" || password == "" {
		return errors.New("set PORTAL_USERNAME and PORTAL_PASSWORD")
	}
	users, err := strconv.Atoi(args[4])
	if err != nil {
		return fmt.Errorf("USERS: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := &provision.Client{SharingURL: args[0], PortalAdminURL: args[1], Username: username, Password: password}
	given, err := client.Provision(ctx, args[2], args[3], provision.Entitlements{
		MaxUsers: users, Products: map[string]provision.Count{args[2]: {Num: users}},
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s has %d users\n", given.PurchaserUsername, given.OrgEntitlements.MaxUsers)
	upcoming, err := client.Upcoming(ctx)
	for _, u := range upcoming {
		fmt.Printf("%s brings %d from %s\n", u.ID, u.Members, u.From.Format(time.DateOnly))
	}
	return err
}
