// Package indicators decides, from facts that were fetched before, which
// indicators of compromise an entity shows: one pure function a type, one
// file each, and the severity that follows from them ([Rate]).
//
// It may import entity and baseline; it does no I/O and has no clock.
package indicators
