// Command yardstick is what a server is measured against: a bare net/http ServeMux that writes the answers of two files, with their
// length, and does nothing else.
//
//	yardstick ADDRESS LICENSE-FILE PROVISION-FILE
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", answer(os.Args[2]))
	mux.HandleFunc("POST /", answer(os.Args[3]))
	log.Fatal(http.ListenAndServe(os.Args[1], mux)) //nolint:gosec // it measures, so it has no timeouts
}

func answer(file string) http.HandlerFunc {
	body, err := os.ReadFile(file) //nolint:gosec // whoever runs this names the file
	if err != nil {
		log.Fatal(err)
	}
	length := strconv.Itoa(len(body))
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(body) //nolint:gosec // it is JSON
	}
}
