package api

import (
	"net/http"

	"github.com/go-json-experiment/json"
)

// errorBody is an error's document. Message is always there: clients look for
// it first.
type errorBody struct {
	Message         string
	ErrorCode       ErrorCode `json:",omitzero"`
	ErrorCodeReason string    `json:",omitzero"`
	Resources       []string  `json:",omitzero"`
}

// writeFault answers with an error.
func writeFault(w http.ResponseWriter, f *fault) {
	w.Header().Set("x-amzn-ErrorType", f.kind)
	body, err := json.Marshal(errorBody{Message: f.message, ErrorCode: f.code, ErrorCodeReason: f.reason, Resources: f.resources})
	if err != nil { // a text that is not UTF-8
		body = []byte(`{"Message":"An error occurred."}`)
	}
	writeJSON(w, f.status, body)
}

// writeJSON answers with a document. That the client went away while it was
// written concerns nobody.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
