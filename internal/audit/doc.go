// Package audit writes every call of our own API as a CloudTrail record, into
// files like those that CloudTrail delivers, which ingest can read back into
// a graph.
//
// The file being written is current.jsonl, one record a line. When it is big
// or old enough, and when the log is opened or closed, it is finished: set
// aside under its final name's stem (pending-NAME.jsonl), packed into
// NAME.json.gz, and only then removed. A file under its final name is whole.
// Whatever step a crash interrupts, Open goes on from there: no record is
// lost, none is doubled.
//
// It may import entity.
package audit
