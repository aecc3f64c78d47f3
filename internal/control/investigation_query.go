package control

import "time"

// InvestigationSort is what a list of investigations is ordered by.
type InvestigationSort int

// The orders. Entries that are equal are ordered by id, in the same
// direction.
const (
	ByCreated  InvestigationSort = iota // time of creation
	BySeverity                          // SeverityRank
	ByStatus                            // alphabetically: FAILED, RUNNING, SUCCESSFUL
)

// InvestigationQuery selects and orders the investigations of one graph.
// Zero values of the filters select everything.
type InvestigationQuery struct {
	GraphARN                           string
	Severity, Status, State, EntityARN string
	CreatedFrom, CreatedTo             time.Time // both inclusive

	Sort       InvestigationSort
	Descending bool

	After *InvestigationCursor // nil: from the start
	Limit int                  // 0: all
}

// InvestigationCursor is a place in an ordered list of investigations: right
// behind the entry that it was made of.
type InvestigationCursor struct {
	Key int64 // the value that the list is ordered by
	ID  string
}

// Cursor returns the place behind i in the order of q.
func (q InvestigationQuery) Cursor(i Investigation) InvestigationCursor {
	c := InvestigationCursor{ID: i.ID}
	switch q.Sort {
	case BySeverity:
		c.Key = SeverityRank(i.Severity)
	case ByStatus:
		c.Key = statusRank(i.Status)
	default:
		c.Key = i.Created.UnixMicro()
	}
	return c
}

// SeverityRank orders severities: 0 for none (the investigation has not
// ended or failed), 1 for INFORMATIONAL, 5 for CRITICAL.
func SeverityRank(severity string) int64 {
	switch severity {
	case "INFORMATIONAL":
		return 1
	case "LOW":
		return 2
	case "MEDIUM":
		return 3
	case "HIGH":
		return 4
	case "CRITICAL":
		return 5
	}
	return 0
}

// statusRank is the alphabetical place of a status, from 1; 0 is unknown.
func statusRank(status string) int64 {
	switch status {
	case InvestigationFailed:
		return 1
	case InvestigationRunning:
		return 2
	case InvestigationSuccessful:
		return 3
	}
	return 0
}
