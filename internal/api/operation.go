package api

import (
	"context"
	"net/url"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// request is what a call is made of once it has been authenticated.
type request struct {
	caller detective.Caller
	body   []byte     // whole, at most maxBody bytes
	label  string     // the path's label, decoded; empty on routes without one
	query  url.Values // decoded
}

// call runs an operation: decode, validate, call, and the answer to be
// written, which is nil for operations without output.
type call func(ctx context.Context, o operations, r *request) (output, error)

// output is a pointer to an output structure of the model.
type output interface {
	appendJSON(b []byte) []byte // see encode.go
}

// outputOf is a pointer to an output structure.
type outputOf[Out any] interface {
	*Out
	output
}

// input is a pointer to an input structure of the model.
type input[In any] interface {
	*In
	validate() *violation
}

// binder is an input with members in the path or the query.
type binder interface {
	bind(label string, query url.Values)
}

// operation wraps an operation that has an input and an output.
func operation[In any, P input[In], Out any, A outputOf[Out]](f func(operations, context.Context, detective.Caller, *In) (*Out, error)) call {
	return func(ctx context.Context, o operations, r *request) (output, error) {
		in, err := read[In, P](r)
		if err != nil {
			return nil, err
		}
		out, err := f(o, ctx, r.caller, in)
		if err != nil {
			return nil, err // without this, a nil *Out would be a non-nil output
		}
		return A(out), nil
	}
}

// withoutOutput wraps an operation that has an input only.
func withoutOutput[In any, P input[In]](f func(operations, context.Context, detective.Caller, *In) error) call {
	return func(ctx context.Context, o operations, r *request) (output, error) {
		in, err := read[In, P](r)
		if err != nil {
			return nil, err
		}
		return nil, f(o, ctx, r.caller, in)
	}
}

// withoutInput wraps an operation that has neither input nor output.
func withoutInput(f func(operations, context.Context, detective.Caller) error) call {
	return func(ctx context.Context, o operations, r *request) (output, error) {
		return nil, f(o, ctx, r.caller)
	}
}

// read decodes and validates an input.
func read[In any, P input[In]](r *request) (*In, error) {
	in := new(In)
	if err := decode(r.body, in); err != nil {
		return nil, err
	}
	if b, ok := any(in).(binder); ok {
		b.bind(r.label, r.query)
	}
	if v := P(in).validate(); v != nil {
		return nil, violatedBy(shapeName(in), v)
	}
	return in, nil
}
