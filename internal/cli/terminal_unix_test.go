//go:build unix

package cli_test

import "syscall"

// withoutTerminal makes the program the leader of a session that has no terminal, as in CI.
func withoutTerminal() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
