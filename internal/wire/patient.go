package wire

import (
	"errors"
	"net/http"
	"time"
)

// Patience is how long a client may take to read a part of an answer.
const Patience = 30 * time.Second

// Patient writes each part of an answer at once, and fails when the client takes longer than [Patience]: it has stopped reading, and would
// hold the answer for ever.
type Patient struct{ http.ResponseWriter }

// Write writes a part and waits until it is on its way.
func (p Patient) Write(part []byte) (int, error) {
	controller := http.NewResponseController(p.ResponseWriter)
	_ = controller.SetWriteDeadline(time.Now().Add(Patience)) // it fails for a writer without deadlines
	n, err := p.ResponseWriter.Write(part)
	if flushed := controller.Flush(); err == nil && !errors.Is(flushed, http.ErrNotSupported) {
		err = flushed
	}
	_ = controller.SetWriteDeadline(time.Time{}) // the connection may serve other requests
	return n, err
}
