package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/detective"
	smithytime "github.com/aws/smithy-go/time"
	smithywaiter "github.com/aws/smithy-go/waiter"
)

// ErrMaxWait ends a wait that took longer than its caller allowed. The
// resource may still get there.
var ErrMaxWait = errors.New("exceeded max wait time")

// Between two looks pass 2 to 30 seconds: an invitation and an investigation
// are a matter of seconds on gumshoe, of minutes on AWS. Our choice.
const (
	defaultMinDelay = 2 * time.Second
	defaultMaxDelay = 30 * time.Second
)

// WaiterOptions changes how a waiter waits. Those given to Wait are for that
// call only.
type WaiterOptions[In, Out any] struct {
	// ClientOptions are applied to each call of the operation.
	ClientOptions []func(*detective.Options)

	// MinDelay and MaxDelay bound the time between two looks, which grows
	// exponentially from the one to the other, with jitter. Both must be
	// above zero and MinDelay at most MaxDelay; the default is 2 s and 30 s.
	MinDelay, MaxDelay time.Duration

	// LogWaitAttempts logs each look to the client's logger.
	LogWaitAttempts bool

	// Retryable decides after each look: true to look again, false to be
	// done, an error to give up. It is never nil when an option function sees
	// it, so that a replacement can call what it replaces.
	Retryable func(context.Context, *In, *Out, error) (bool, error)
}

// Waiter calls an operation until a state is reached. It is safe for
// concurrent use.
type Waiter[In, Out any] struct {
	name    string
	look    func(context.Context, *In, ...func(*detective.Options)) (*Out, error)
	options WaiterOptions[In, Out]
}

func newWaiter[In, Out any](name string,
	look func(context.Context, *In, ...func(*detective.Options)) (*Out, error),
	retryable func(context.Context, *In, *Out, error) (bool, error),
	optFns []func(*WaiterOptions[In, Out]),
) *Waiter[In, Out] {
	w := &Waiter[In, Out]{name: name, look: look}
	w.options = WaiterOptions[In, Out]{MinDelay: defaultMinDelay, MaxDelay: defaultMaxDelay, Retryable: retryable}
	for _, fn := range optFns {
		fn(&w.options)
	}
	return w
}

// Wait waits as WaitForOutput does and drops the output.
func (w *Waiter[In, Out]) Wait(ctx context.Context, params *In, maxWait time.Duration, optFns ...func(*WaiterOptions[In, Out])) error {
	_, err := w.WaitForOutput(ctx, params, maxWait, optFns...)
	return err
}

// WaitForOutput waits until the state is reached and returns the output that
// showed it. It returns a [FailureError] when the state will not be reached,
// ErrMaxWait when maxWait is over or less than MinDelay of it is left, the context's error when ctx ends first,
// and the operation's error when a look fails: the SDK has retried by then.
func (w *Waiter[In, Out]) WaitForOutput(ctx context.Context, params *In, maxWait time.Duration, optFns ...func(*WaiterOptions[In, Out])) (*Out, error) {
	out, err := w.wait(ctx, params, maxWait, optFns)
	if err != nil {
		return nil, fmt.Errorf("%s waiter: %w", w.name, err)
	}
	return out, nil
}

func (w *Waiter[In, Out]) wait(ctx context.Context, params *In, maxWait time.Duration, optFns []func(*WaiterOptions[In, Out])) (*Out, error) {
	o := w.options
	// Two waits at a time must not append to the same array.
	o.ClientOptions = slices.Clone(o.ClientOptions)
	for _, fn := range optFns {
		fn(&o)
	}
	if maxWait <= 0 || o.MinDelay <= 0 || o.MinDelay > o.MaxDelay {
		return nil, fmt.Errorf("max wait time %v, delay %v to %v: all must be above zero and the delays in order", maxWait, o.MinDelay, o.MaxDelay)
	}
	if params == nil {
		params = new(In)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxWait, ErrMaxWait)
	defer cancel()
	for attempt, remaining := int64(1), maxWait; ; attempt++ {
		start := time.Now()
		out, err := w.look(ctx, params, o.clientOptions(attempt)...)
		again, err := o.Retryable(ctx, params, out, err)
		if err != nil {
			return nil, orMaxWait(ctx, err)
		}
		if !again {
			return out, nil
		}
		// ComputeDelay puts the last look MinDelay before the end. At that
		// point it has no delay left to give, and would look in a circle.
		remaining -= time.Since(start)
		if remaining <= o.MinDelay {
			return nil, ErrMaxWait
		}
		delay, err := smithywaiter.ComputeDelay(attempt, o.MinDelay, o.MaxDelay, remaining)
		if err != nil {
			return nil, err
		}
		remaining -= delay
		if err := smithytime.SleepWithContext(ctx, delay); err != nil {
			return nil, orMaxWait(ctx, err)
		}
	}
}

// orMaxWait tells a call that was cut off at the end of the wait from one that
// the caller cut off.
func orMaxWait(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(context.Cause(ctx), ErrMaxWait) {
		return fmt.Errorf("%w: %w", ErrMaxWait, err)
	}
	return err
}

func (o *WaiterOptions[In, Out]) clientOptions(attempt int64) []func(*detective.Options) {
	if !o.LogWaitAttempts {
		return o.ClientOptions
	}
	log := func(so *detective.Options) {
		so.APIOptions = append(so.APIOptions, smithywaiter.Logger{Attempt: attempt}.AddLogger)
	}
	return append([]func(*detective.Options){log}, o.ClientOptions...)
}
