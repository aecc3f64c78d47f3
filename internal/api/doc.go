// Package api serves the Detective API over HTTP: routes, SigV4 check,
// decoding, validation and answers, and the GetCallerIdentity of STS that
// clients need. It decides nothing about graphs: that is package detective.
//
// Types, validation and routes are generated from the facts in model/.
//
// It may import api/sigv4, detective, control (its types), investigate/indicators
// and entity; cmd
// imports it.
package api

//go:generate go run ./gen
