// Package mail sends the mail that tells the root user of an account of an
// invitation to a behavior graph, over a configured SMTP server.
//
// It keeps no queue: a mail that could not be sent is an error, and the
// caller tries again later unless the error is ErrPermanent.
//
// It may import go-mail; nothing of gumshoe.
package mail
