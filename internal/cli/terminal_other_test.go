//go:build !unix

package cli_test

import "syscall"

func withoutTerminal() *syscall.SysProcAttr { return nil }
