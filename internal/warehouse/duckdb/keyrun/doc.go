// Package keyrun holds runs: immutable files of sorted numbers in which many
// are looked up at once. The engine keeps the hashes of one day's records in
// runs, to find duplicates.
//
// A run keeps the upper bits of its keys, as many as its maker says; a hit
// says that a key with these bits is there. A key takes 2 to 3 bits more than
// what tells it from its neighbours: with 56 bits kept, 4.4 bytes in a run of
// ten million and 5.4 in one of forty thousand.
//
//	block …   up to 1024 keys, see block.go, each with a checksum
//	index     for each block its first key and its offset, 8 bytes each
//	footer    magic, bits, number of keys, number of blocks, checksum
//
// Numbers are little-endian. Whatever is wrong with a file gives an error
// that names it, never a wrong answer.
//
// It imports nothing of this module.
package keyrun
