// Package push holds what senders push at a server until it is committed.
//
// A Body is what one sender has sent, in memory and within a Room. An Inbox
// queues the bodies of one graph and one kind of logs; each gives its sender a
// Receipt to wait on. Take makes a Batch of those that wait: a source.Source
// with an object for each body, so that a push is read, accounted for and
// recognized when it comes again like every other object. Whoever reads the
// batch answers the receipts, with an account of a type of its own.
//
// Nothing is kept on disk: a sender that has no answer sends again, and what
// was stored of its body meanwhile counts as duplicate.
//
// It starts no goroutines. It may import package source and nothing else of
// gumshoe.
package push
