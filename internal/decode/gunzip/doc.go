// Package gunzip unpacks gzip files (RFC 1952, RFC 1951) faster than the
// libraries do: unpacking is a tenth of what ingest costs. It takes over the
// methods of libdeflate, as far as they need no assembly: a bit buffer of 64
// bits that is refilled without a branch, tables whose entries hold all that
// is to know of a symbol, several literals for each refill, and copies of
// whole words.
//
// Its answers are those of github.com/klauspost/compress/gzip, byte for byte
// and error for error, but for two errors of that library: a file that ends
// inside a name or a comment of its header is truncated, and a block without
// a code for what it uses is corrupt even if the block before had one. In
// these the answer is that of compress/gzip.
//
// It imports the standard library only.
package gunzip
