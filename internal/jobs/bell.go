package jobs

// Bell wakes a Runner, so that a job begins when it is enqueued and not when
// the runner looks next. It exists apart from the Runner because whoever
// enqueues jobs is often whoever has their handlers.
type Bell struct{ rung chan struct{} }

// NewBell returns a bell.
func NewBell() *Bell { return &Bell{make(chan struct{}, 1)} }

// Ring wakes the runner. It never waits; call it after the transaction that
// enqueued the job.
func (b *Bell) Ring() {
	select {
	case b.rung <- struct{}{}:
	default: // it is ringing already
	}
}
