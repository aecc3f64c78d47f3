package ingest

// limits bound what is held at a time. They never change what is stored,
// only in which portions.
type limits struct {
	// A batch is committed when it has this many events, ledger rows or bytes
	// of raw records.
	batchEvents, batchBytes int
	// A chunk is handed to the batcher when it has this many events, rows of
	// volumes or bytes of raw records.
	chunkEvents, chunkBytes int
	// A job has at most this many objects, and is full when they have this
	// many stored bytes.
	jobObjects int
	jobBytes   int64
	// So many objects are looked up in the ledger at once.
	planBlock int
}

// defaultLimits are those of every run but tests. 25,000 to 50,000 events a
// batch are best (write-path measurements): smaller ones pay for more
// transactions and segments, larger ones only need memory.
func defaultLimits() limits {
	return limits{
		batchEvents: 40_000, batchBytes: 72 << 20,
		chunkEvents: 1024, chunkBytes: 2 << 20,
		jobObjects: 256, jobBytes: 1 << 20,
		planBlock: 1024,
	}
}

// freeChunks is how many empty chunks are kept: as many as a batch has.
const freeChunks = 64
