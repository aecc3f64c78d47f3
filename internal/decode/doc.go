// Package decode opens what a source hands out: it finds out how an object's
// bytes are packed (gzip, zstd or not at all) and unpacks them within limits.
// It also holds the words that all decoders share: the kinds of source and
// the reasons for which a record is rejected.
//
// The decoders themselves lie below it, one package a kind of source, with
// what they share in jsonscan and jsonstream.
//
// It may import compression libraries and gunzip; nothing else of gumshoe.
package decode
