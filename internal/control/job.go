package control

import (
	"context"
	"time"
)

// JobState says where a job stands. A finished job has no row.
type JobState string

// The states of a job.
const (
	JobWaiting JobState = "WAITING" // can be claimed from NotBefore on
	JobClaimed JobState = "CLAIMED" // somebody works on it; can be claimed again from ClaimedUntil on
	JobFailed  JobState = "FAILED"  // given up, kept for operators
)

// Job is a piece of slow work.
type Job struct {
	ID           int64  // given by the store, growing
	Kind         string // selects the handler
	Key          string // what it is about; see EnqueueJob
	Payload      []byte // the handler's own
	State        JobState
	Attempts     int // how often it was claimed, without claims that were given back
	Created      time.Time
	NotBefore    time.Time
	ClaimedBy    string // the claim that holds the lease; empty unless CLAIMED
	ClaimedUntil time.Time
	LastError    string // of the last attempt, for operators
}

// Claim asks for one job.
type Claim struct {
	By    string    // names this claim; no two claims share a name
	Kinds []string  // the kinds that the claimer has handlers for
	Now   time.Time // the claimer's clock
	Until time.Time // the end of the lease
}

// Retry gives a claimed job back.
type Retry struct {
	NotBefore time.Time
	Attempts  int    // what Attempts becomes
	LastError string // what LastError becomes
}

// JobReader reads jobs.
type JobReader interface {
	// Jobs returns all jobs, by id.
	Jobs(ctx context.Context) ([]Job, error)
	// NextJob returns the earliest time at which ClaimJob could find a job
	// of one of the kinds, ErrNotFound when there is none at all.
	NextJob(ctx context.Context, kinds []string) (time.Time, error)
}

// JobWriter changes jobs.
type JobWriter interface {
	// EnqueueJob enters a WAITING job made of Kind, Key, Payload, Created
	// and NotBefore and returns its id. It MUST return ErrExists when a job
	// of the same Kind and Key has neither finished nor failed.
	EnqueueJob(ctx context.Context, j Job) (int64, error)
	// ClaimJob claims the job that could be claimed for the longest time and
	// adds one to its Attempts: a WAITING one whose NotBefore, or a CLAIMED
	// one whose ClaimedUntil is not after c.Now. It MUST return ErrNotFound
	// when there is none. Of two claims of one job only one MAY succeed.
	ClaimJob(ctx context.Context, c Claim) (Job, error)
	// RenewJob moves the end of the lease. Like the three methods below it
	// MUST return ErrLeaseLost, and change nothing, unless the job is
	// CLAIMED by the claim named by.
	RenewJob(ctx context.Context, id int64, by string, until time.Time) error
	// FinishJob removes the job.
	FinishJob(ctx context.Context, id int64, by string) error
	// RetryJob makes the job WAITING again.
	RetryJob(ctx context.Context, id int64, by string, r Retry) error
	// FailJob makes the job FAILED.
	FailJob(ctx context.Context, id int64, by, lastError string) error
	// ReleaseJobs makes all CLAIMED jobs WAITING, due at now, and returns
	// their number. It is for a process that knows that nobody else works
	// on the store. Attempts MUST stay: a job that ends the process counts.
	ReleaseJobs(ctx context.Context, now time.Time) (int, error)
}
