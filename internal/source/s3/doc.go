// Package s3 has the sources of Amazon S3: Source lists the objects below a
// prefix, Queue takes the notifications of new objects from Amazon SQS. Both
// read objects in the same way, whole before the first byte is handed on.
//
// It talks to AWS, or to what answers like it, through the few calls in API
// and QueueAPI; NewClients makes the real ones. It imports package source and
// nothing else of gumshoe.
package s3
