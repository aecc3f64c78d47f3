package api

import (
	"errors"
	"net/http"

	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// fault is an error as it goes to the client. Its text was written for it.
type fault struct {
	status  int
	kind    string    // the error's name, in the header x-amzn-ErrorType
	message string    // Message
	code    ErrorCode // ErrorCode, may be empty
	reason  string    // ErrorCodeReason, may be empty

	resources []string // Resources of a quota, else nil
}

func (f *fault) Error() string { return f.kind + ": " + f.message }

// Errors of the transport, which the model does not name. Names and statuses
// follow what other AWS services answer.
func unknownOperation() *fault {
	return &fault{status: http.StatusNotFound, kind: "UnknownOperationException", message: "The requested operation is not recognized by the service."}
}

func bodyTooLarge() *fault {
	return &fault{status: http.StatusRequestEntityTooLarge, kind: "RequestTooLargeException", message: "The request body must not be larger than 1 MiB."}
}

func bodyTooSlow() *fault {
	return &fault{status: http.StatusRequestTimeout, kind: "RequestTimeoutException", message: "The request body did not arrive in time."}
}

func unsupportedMediaType(message string) *fault {
	return &fault{status: http.StatusUnsupportedMediaType, kind: "UnsupportedMediaTypeException", message: message}
}

func notAcceptable() *fault {
	return &fault{status: http.StatusNotAcceptable, kind: "NotAcceptableException", message: "The answer is application/json, which the request does not accept."}
}

// invalidBody is the answer to a body that does not fit the model; reason
// says where.
func invalidBody(reason string) *fault {
	return &fault{
		status: http.StatusBadRequest, kind: string(detective.Validation),
		message: "Invalid request body", code: ErrorCodeInvalidRequestBody, reason: reason,
	}
}

// violatedBy is the answer to an input of the named shape that breaks a
// constraint.
func violatedBy(shape string, v *violation) *fault {
	text := shape + v.path + " " + v.text
	if v.absent {
		return invalidBody(text)
	}
	return &fault{status: http.StatusBadRequest, kind: string(detective.Validation), message: text, code: v.code}
}

// internalFault tells nothing: the cause is in the log, under the request id.
func internalFault() *fault {
	return &fault{status: http.StatusInternalServerError, kind: string(detective.InternalServer), message: "An internal error occurred."}
}

// faultOf returns what the client is told of err, and whether err is one that
// the client was not meant to see.
func faultOf(err error) (f *fault, internal bool) {
	if errors.As(err, &f) {
		return f, false
	}
	var refused *sigv4.Error
	if errors.As(err, &refused) {
		return &fault{status: http.StatusForbidden, kind: refused.Code, message: refused.Message}, false
	}
	var modeled *detective.Error
	if errors.As(err, &modeled) {
		return &fault{
			status: statusOf(modeled.Code), kind: string(modeled.Code),
			message: modeled.Message, code: ErrorCode(modeled.Reason), reason: modeled.Detail, resources: modeled.Resources,
		}, false
	}
	return internalFault(), true
}
