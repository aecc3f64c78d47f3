package sigv4

import "fmt"

// The names of the errors, as AWS has them. All go with HTTP status 403.
const (
	MissingToken     = "MissingAuthenticationTokenException"
	Incomplete       = "IncompleteSignatureException"
	InvalidSignature = "InvalidSignatureException"
)

// Error is why a request was refused. Its text is meant for the client.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func incomplete(form string, args ...any) *Error {
	return &Error{Code: Incomplete, Message: fmt.Sprintf(form, args...)}
}

func invalid(form string, args ...any) *Error {
	return &Error{Code: InvalidSignature, Message: fmt.Sprintf(form, args...)}
}
