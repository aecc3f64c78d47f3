// Package ingest is the write pipeline: objects are read and decoded, records
// resolved to entities, enriched and matched against the rules by a few
// workers; one goroutine then drops duplicates, folds the events into rollups
// and commits them with the ledger rows, batch by batch.
//
// Batches follow the order of the source, whatever the number of workers, so
// that the same objects make the same graph.
//
// It may import source, decode, enrich, rules, warehouse, control (to read)
// and entity.
package ingest
