package control

import "errors"

// Errors that callers decide on. Engines wrap them with what was asked for.
var (
	// ErrNotFound says that no such row exists.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a row with the same identity exists already.
	ErrExists = errors.New("exists already")
	// ErrLeaseLost says that a job is no longer claimed by the caller: the
	// lease ran out and somebody else took the job, or it was finished.
	ErrLeaseLost = errors.New("lease lost")
)
