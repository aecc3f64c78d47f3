// Package storetest holds the conformance suite of warehouse.Engine and
// warehouse.Store, which every engine passes, and Memory, the reference
// implementation that the suite's property test compares engines with.
//
// It may import warehouse, entity, testing and what tests need.
package storetest
