// Package source says where bytes come from. A Source names objects, opens
// them and is told when they are safe in the warehouse. Files and Folder are
// those for the local file system; those of Amazon S3 are in package s3.
//
// What the bytes mean is none of its business: it unpacks nothing and skips
// nothing. A file that is not a log is an object too, so that the ledger can
// say so.
//
// It imports nothing of gumshoe. The conformance suite that every Source
// passes is in sourcetest.
package source
