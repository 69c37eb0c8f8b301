// Package mockportal runs a fake ArcGIS portal in a container for the length of a test.
package mockportal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const port = "8080/tcp"

// Container is a portal that runs in a container.
type Container struct {
	testcontainers.Container
}

// Run starts a portal from an image and returns when it is ready: its scenario is loaded and proven.
// The container may exist despite an error, so pass it to [testcontainers.CleanupContainer] first.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	moduleOpts := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/readyz").WithPort(port)),
	}
	moduleOpts = append(moduleOpts, opts...)

	ctr, err := testcontainers.Run(ctx, img, moduleOpts...)
	var c *Container
	if ctr != nil {
		c = &Container{Container: ctr}
	}
	if err != nil {
		return c, fmt.Errorf("run mockportal: %w", err)
	}
	return c, nil
}

// URL returns the address of the server, such as http://localhost:49153.
func (c *Container) URL(ctx context.Context) (string, error) { return c.address(ctx, "") }

// SharingURL returns the address of the sharing API, which has content/listings.
func (c *Container) SharingURL(ctx context.Context) (string, error) {
	return c.address(ctx, "/portal/sharing/rest")
}

// PortalAdminURL returns the address of the Portal Administrator API, which has license.
func (c *Container) PortalAdminURL(ctx context.Context) (string, error) {
	return c.address(ctx, "/portal/portaladmin")
}

// ControlURL returns the address of the control API for sandboxes, clocks, rules and the journal.
func (c *Container) ControlURL(ctx context.Context) (string, error) {
	return c.address(ctx, "/__admin")
}

func (c *Container) address(ctx context.Context, path string) (string, error) {
	root, err := c.PortEndpoint(ctx, port, "http")
	if err != nil {
		return "", fmt.Errorf("port endpoint: %w", err)
	}
	return root + path, nil
}

// Token returns the token of a member, such as admin. The portal prints it in its ready line.
func (c *Container) Token(ctx context.Context, member string) (string, error) {
	logs, err := c.Logs(ctx)
	if err != nil {
		return "", fmt.Errorf("logs: %w", err)
	}
	defer logs.Close()
	lines := bufio.NewScanner(logs)
	for lines.Scan() {
		var ready struct{ Tokens map[string]string }
		if json.Unmarshal(lines.Bytes(), &ready) != nil || ready.Tokens == nil {
			continue // a line of the log
		}
		token, ok := ready.Tokens[member]
		if !ok {
			return "", fmt.Errorf("the scenario gives no token to a member %q", member)
		}
		return token, nil
	}
	return "", errors.Join(errors.New("the portal is not ready"), lines.Err())
}
