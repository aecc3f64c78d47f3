package investigate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// Report is the result of one investigation. Equal facts and an equal clock
// give equal reports, to the byte. Times are UTC.
type Report struct {
	GraphArn       string `json:",omitempty"` // set by the caller where there is one
	EntityArn      string
	EntityType     string    // IAM_USER or IAM_ROLE
	ScopeStartTime time.Time // as asked for
	ScopeEndTime   time.Time
	CreatedTime    time.Time
	Severity       indicators.Severity
	Summary        string
	Indicators     []indicators.Indicator // ordered by indicators.Sort
	NotEvaluated   []NotEvaluated
	Notices        []string
	Points         indicators.Points
	Baseline       Baseline
	Databases      string `json:",omitempty"` // geolocation data in use
}

// NotEvaluated names an indicator type that the report says nothing about.
type NotEvaluated struct {
	IndicatorType indicators.Kind
	Reason        string
}

// Baseline is the time that novelties are compared with.
type Baseline struct {
	From, To time.Time
	Days     int // days on which the principal was active
}

// JSON returns the report as one indented JSON document with a newline at
// its end.
func (r *Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // user agents with < and & stay legible
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("encode report of %s: %w", r.EntityArn, err)
	}
	return b.Bytes(), nil
}
