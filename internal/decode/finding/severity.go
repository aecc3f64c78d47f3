package finding

import "strings"

// The labels of severities, as Security Hub spells them.
const (
	Informational = "INFORMATIONAL"
	Low           = "LOW"
	Medium        = "MEDIUM"
	High          = "HIGH"
	Critical      = "CRITICAL"
)

// Label returns the label of a severity from 0 to 10: critical from 9.0 on,
// high from 7.0, medium from 4.0, low above 0 (GuardDuty user guide, findings
// severity; a tenth of ASFF's Normalized, ASFF user guide, Severity).
func Label(severity float64) string {
	switch {
	case severity >= 9:
		return Critical
	case severity >= 7:
		return High
	case severity >= 4:
		return Medium
	case severity > 0:
		return Low
	default:
		return Informational
	}
}

// ParseLabel returns the label that text is, in whatever case, and the
// severity that Security Hub gives to a finding with nothing but a label:
// a tenth of 0, 1, 40, 70 and 90.
func ParseLabel(text string) (label string, severity float64, ok bool) {
	switch label = strings.ToUpper(strings.TrimSpace(text)); label {
	case Informational:
		return label, 0, true
	case Low:
		return label, 0.1, true
	case Medium:
		return label, 4, true
	case High:
		return label, 7, true
	case Critical:
		return label, 9, true
	}
	return "", 0, false
}
