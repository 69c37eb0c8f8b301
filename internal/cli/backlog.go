package cli

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// backlog writes to a writer in order, without making its callers wait for long: the log and the messages of a server must not stop it.
// It drops what the writer refuses, and what comes while the writer stands still. It is safe for concurrent use.
type backlog struct {
	texts chan []byte // nil: somebody waits until all before it is written
	done  chan struct{}
	stuck atomic.Bool // the writer stands still
}

// The bounds of a backlog.
const (
	maxTexts = 256
	patience = time.Second // how long a full backlog waits for its writer
)

func newBacklog(w io.Writer) *backlog {
	b := &backlog{texts: make(chan []byte, maxTexts), done: make(chan struct{})}
	go func() {
		for text := range b.texts {
			if text == nil {
				close(b.done)
				return
			}
			_, _ = w.Write(text)
			b.stuck.Store(false)
		}
	}()
	return b
}

// Write never fails.
func (b *backlog) Write(text []byte) (int, error) {
	own := append([]byte{}, text...)
	select {
	case b.texts <- own:
		return len(text), nil
	default:
	}
	if !b.stuck.Load() {
		select {
		case b.texts <- own:
		case <-b.done:
		case <-time.After(patience):
			b.stuck.Store(true)
		}
	}
	return len(text), nil
}

// end waits until everything is written; once ctx is done, only briefly. What is written to the backlog later is dropped.
func (b *backlog) end(ctx context.Context) {
	late := make(chan struct{})
	defer context.AfterFunc(ctx, func() { time.AfterFunc(briefly, func() { close(late) }) })()
	select {
	case b.texts <- nil:
	case <-late:
		return
	}
	select {
	case <-b.done:
	case <-late:
	}
}
