//go:build !linux

package cli

import "syscall"

// dieTogether does nothing: only Linux ends the command when this process is killed.
func dieTogether() *syscall.SysProcAttr { return nil }
