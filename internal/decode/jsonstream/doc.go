// Package jsonstream finds the records in a stream of JSON: one object, JSON
// lines, objects one after another, a list of objects, or an object with a
// list of them, nested in any way.
//
// It is made for files that are not quite what they should be. Separators
// may be missing or doubled, a record may be broken, cut off or absurdly
// large: what can be read is read, and everything else is accounted for by a
// *decode.Rejection. Memory is bounded by the size limit of one record.
//
// What a record looks like is the caller's business, which reads it in the
// same pass that finds its end.
//
// It may import decode and decode/jsonscan.
package jsonstream
