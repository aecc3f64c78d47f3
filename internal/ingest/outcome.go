package ingest

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// outcome classifies how a call ended. An errorMessage without an errorCode
// is a failed ConsoleLogin; what responseElements say of one is looked at by
// signin.
func outcome(rec *cloudtrail.Record) warehouse.Outcome {
	switch {
	case rec.ErrorCode == "" && rec.ErrorMessage == "":
		return warehouse.Success
	case isDenied(rec.ErrorCode):
		return warehouse.Denied
	default:
		return warehouse.Failure
	}
}

// isDenied recognizes the codes by which services refuse for lack of
// permission: AccessDenied, AccessDeniedException, UnauthorizedOperation,
// Client.UnauthorizedOperation, UnauthorizedAccess, Forbidden …
func isDenied(code string) bool {
	return strings.Contains(code, "AccessDenied") || strings.Contains(code, "Unauthorized") ||
		strings.Contains(code, "NotAuthorized") || strings.Contains(code, "Forbidden")
}
