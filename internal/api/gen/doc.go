// Command gen writes the Go types, the request validation and the routes of
// the Detective API from the facts file in model/.
//
// It is run by `go generate` in the folder of package api and takes no
// arguments. Its output is the zz_generated_*.go files there; a test holds
// that they are what a fresh run writes.
package main
