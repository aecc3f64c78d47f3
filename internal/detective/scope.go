package detective

import (
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// The limits of a scope time. The API states none; these are the console's,
// 1 hour to 1 year (user guide, scope time), without its whole hours.
const (
	minScope = time.Hour
	maxScope = 366 * 24 * time.Hour
	// Event times further ahead than this are rejected at ingest.
	maxScopeAhead = 24 * time.Hour
)

// checkScope checks the scope time of an investigation.
func checkScope(from, to, now time.Time) error {
	switch d := to.Sub(from); {
	case d <= 0:
		return errorf(Validation, "ScopeStartTime must be before ScopeEndTime. Found %s and %s.", isoTime(from), isoTime(to))
	case d < minScope:
		return errorf(Validation, "The time from ScopeStartTime to ScopeEndTime must be at least 1 hour. Found %s.", d)
	case d > maxScope:
		return errorf(Validation, "The time from ScopeStartTime to ScopeEndTime must not be more than 366 days. Found %d days.", d/(24*time.Hour)+1)
	case to.After(now.Add(maxScopeAhead)):
		return errorf(Validation, "ScopeEndTime must not be more than 24 hours in the future. Found %s.", isoTime(to))
	}
	return nil
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

// entityType returns the API's EntityType of an ARN: an IAM user, an
// account's root user, which counts as one, or an IAM role.
func entityType(arn string) (string, error) {
	a, ok := entity.ParseARN(arn)
	if ok && a.Service == "iam" && a.Region == "" && entity.IsAccountID(a.Account) {
		kind, name, _ := strings.Cut(a.Resource, "/")
		switch {
		case kind == "root" && a.Resource == "root":
			return "IAM_USER", nil
		case kind == "user" && namesSomething(name):
			return "IAM_USER", nil
		case kind == "role" && namesSomething(name):
			return "IAM_ROLE", nil
		}
	}
	return "", errorf(Validation, "EntityArn must be the ARN of an IAM user or role. Found %s.", arn)
}

// namesSomething reports whether a path with a name ends in a name.
func namesSomething(path string) bool { return path != "" && !strings.HasSuffix(path, "/") }
