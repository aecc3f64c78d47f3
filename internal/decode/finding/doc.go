// Package finding holds the normal form of a finding, whichever service made
// it and whichever way it came: what it says of itself, the entities that it
// names and the links between them. The decoders guardduty and asff fill it
// in through a Builder; ingest turns it into the facts of a graph.
//
// Keys of entities are those that CloudTrail's records give, so that a
// finding lands on the users, sessions and addresses that are in the graph
// already.
//
// It may import entity only. Below it lie what both decoders share: field,
// which reads JSON leniently, activity, which reads the elements that
// GuardDuty and ASFF have in common, and findingtest, the golden files of
// their tests.
package finding
