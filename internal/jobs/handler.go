package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Handler does the jobs of one kind.
type Handler struct {
	// Run does the job. It MUST return soon after ctx has ended, which
	// happens when the runner stops or loses its lease. nil finishes the
	// job; an error has it tried again later, unless it is Permanent.
	Run func(ctx context.Context, job control.Job) error

	// MaxAttempts is how often the job is tried, attempts that ended with
	// the process included; 0 is without end.
	MaxAttempts int

	// GiveUp records that the job will not be tried again, and why. The job
	// is then removed; an error has GiveUp tried again later. Without GiveUp
	// the job stays in the store as FAILED.
	GiveUp func(ctx context.Context, job control.Job, cause error) error
}

// permanent marks an error that another attempt would meet again.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks err: the job is given up without further attempts.
func Permanent(err error) error { return permanent{err} }

// errUsedUp is the cause for giving up a job whose attempts were used up by
// processes that ended during them.
var errUsedUp = errors.New("the program ended during the last attempt")

// call runs fn and turns a panic into a permanent error, so that one bad job
// does not end the server.
func call(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Permanent(fmt.Errorf("BUG: panic in a job: %v\n%s", p, debug.Stack()))
		}
	}()
	return fn()
}
