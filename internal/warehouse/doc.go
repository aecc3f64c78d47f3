// Package warehouse is the storage seam of the behavior graph: the Store
// interface with its contract, the rows that a batch carries and the rows
// that queries return. The embedded engine is in duckdb; every engine passes
// the suite in storetest.
//
// It may import entity only. Statistics, walks and scoring are not here:
// queries fetch, their callers think.
package warehouse
