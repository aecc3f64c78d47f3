package control

import "context"

// Store keeps the control plane's state.
//
//   - All methods MUST be safe for concurrent use.
//   - A read outside Update MUST see every Update that returned before it
//     began, and MUST NOT see one that has not committed.
//   - A missing row MUST be reported by an error that wraps ErrNotFound.
//   - Lists MUST be in the order that their method names; an empty list is
//     no error.
//   - Values that a method returns belong to the caller; values that are
//     passed in MUST NOT be kept or modified.
//   - Times MUST be kept to the microsecond and returned in UTC; the zero
//     time MUST come back as the zero time.
type Store interface {
	Reader

	// Update runs fn in one transaction.
	//
	//  - When fn returns nil, all its changes MUST become visible together
	//    and, once Update has returned nil, MUST survive kill -9 and power
	//    loss.
	//  - When fn returns an error or panics, or ctx ends, none of its changes
	//    MAY become visible; the error of fn MUST be returned so that
	//    errors.Is finds it.
	//  - Updates MUST be serializable: fn never acts on what another Update
	//    changes meanwhile. An engine MAY run fn more than once to reach
	//    that, so fn MUST have no effects but those on tx.
	//  - tx MUST see its own changes, and MUST NOT be used after fn returned.
	//  - fn MUST NOT call the Store itself: it would wait for its own
	//    transaction.
	Update(ctx context.Context, fn func(tx Tx) error) error

	// Close releases the store after the running calls have ended. The
	// store MUST NOT be used afterwards.
	Close() error
}

// Reader is what can be read, within a transaction and outside of one.
type Reader interface {
	AccountReader
	GraphReader
	MemberReader
	OrganizationReader
	UsageReader
	InvestigationReader
	JobReader
}

// Tx is one transaction of Store.Update. It is not safe for concurrent use.
type Tx interface {
	Reader
	AccountWriter
	GraphWriter
	MemberWriter
	OrganizationWriter
	UsageWriter
	InvestigationWriter
	JobWriter
}
