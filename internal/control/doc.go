// Package control is the seam of the control plane's state: accounts, keys,
// the organization, graphs, members, usage, investigations and their results,
// and jobs. It holds the
// Store interface with its contract and the domain types; the engines are in
// sqlite (embedded) and pass the suite in controltest.
//
// Times are kept to the microsecond and come back in UTC; the zero time
// means "none". The package has no clock: callers pass times in.
//
// It may import entity only.
package control
