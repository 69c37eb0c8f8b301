package cli

import (
	"fmt"
	"strings"
)

// tokenFlags give the control token.
type tokenFlags struct {
	ControlToken     string `placeholder:"TOKEN" help:"The bearer token that the control API requires."`
	ControlTokenFile string `placeholder:"FILE" help:"A file that holds this token, which then is in no list of processes."`
}

// readToken takes the token out of the file, if one is named.
func (f *tokenFlags) readToken(p Process) error {
	if f.ControlTokenFile == "" {
		return nil
	}
	text, err := p.read("control-token-file", f.ControlTokenFile)
	if err != nil {
		return err
	}
	switch token := strings.TrimSpace(string(text)); {
	case token == "":
		return fmt.Errorf("%s %q: is empty", p.flag("control-token-file"), f.ControlTokenFile)
	case f.ControlToken != "" && f.ControlToken != token:
		return fmt.Errorf("%s and %s give different tokens", p.flag("control-token"), p.flag("control-token-file"))
	default:
		f.ControlToken = token
		return nil
	}
}
