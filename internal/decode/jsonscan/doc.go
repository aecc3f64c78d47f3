// Package jsonscan reads JSON out of a byte slice in one pass: it validates
// (RFC 8259), dispatches on member names and hands out values without
// copying them.
//
// It exists because decoding is the hot path of ingest and a generic
// unmarshaller spends most of its time on values that nobody asks for. It is
// fuzzed against a reference decoder, whose verdict and string values it
// shares.
//
// Two liberties are taken, because logs take them: duplicate names are
// allowed (a later one wins, if the caller assigns as it reads), and invalid
// UTF-8 and lone surrogates become U+FFFD.
//
// It imports the standard library only.
package jsonscan
