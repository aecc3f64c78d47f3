package indicators

// The points of indicators. They are judgement, not a fit to data: rules
// bring their own weights (1 to 100), and everything else is set so that
//   - ordinary work with nothing new ends INFORMATIONAL or LOW,
//   - a journey (new places and operators, the same tools) stays LOW,
//   - one alarming call is MEDIUM or HIGH by its own weight,
//   - several tactics, or a few heavy calls from new places, are HIGH,
//   - CRITICAL takes two independent kinds of evidence.
const (
	// LowWeight is the highest weight of a rule for everyday calls, such as
	// listing things. Alone they say little, however many rules they match.
	LowWeight = 5
	// LowWeightCap bounds the sum over all low-weight rules: a little above
	// the floor of LOW, so that broad enumeration shows.
	LowWeightCap = 12
	// FailedDivisor divides a rule's weight when all of its calls failed: an
	// attempt tells of intent, but nothing happened.
	FailedDivisor = 2
	// HabitDivisor divides the points of a row that is a habit, see HabitDays.
	HabitDivisor = 4
	// SameTacticDivisor divides the points of every rule of a tactic but the
	// strongest: three ways of persistence are worse than one, not three
	// times as bad.
	SameTacticDivisor = 4
	// TacticPoints are added for each tactic after the first in which a rule
	// above LowWeight matched that is no habit: breadth along the kill chain
	// separates an intrusion from an unusual task.
	TacticPoints = 10
	// BreadthCap bounds the sum of TacticPoints.
	BreadthCap = 40
	// TTPCap bounds TTP_OBSERVED with everything above.
	TTPCap = 140

	// A novelty counts once for the principal, and more when nobody in the
	// account had it.
	UserAgentPoints        = 8
	UserAgentAccountPoints = 12
	UserAgentCap           = 14

	GeolocationPoints        = 8
	GeolocationAccountPoints = 12
	GeolocationCap           = 16

	ASOPoints        = 5
	ASOAccountPoints = 8
	ASOCap           = 10

	// MadePoints are added when a principal that is rated HIGH or above over
	// the same scope created this one in it. An account that an intruder makes
	// has no past, does little and waits: its maker says most about it. With
	// what it does itself it is HIGH, unused it is MEDIUM.
	MadePoints = 70

	// Novelty in training counts half, points and caps: 20 at most, which is
	// LOW. Without any baseline it counts a quarter: 9 at most, which is
	// INFORMATIONAL, because everything a new hire does is new.
	InTrainingDivisor = 2
	NoBaselineDivisor = 4
)

// Divisor returns what the points of novelties are divided by.
func (t Training) Divisor() int {
	switch t {
	case InTraining:
		return InTrainingDivisor
	case NoBaseline:
		return NoBaselineDivisor
	default:
		return 1
	}
}

// Severity is a severity of the API, in upper case.
type Severity string

// The severities, least first.
const (
	Informational Severity = "INFORMATIONAL"
	Low           Severity = "LOW"
	Medium        Severity = "MEDIUM"
	High          Severity = "HIGH"
	Critical      Severity = "CRITICAL"
)

// Band is the range of total points of a severity, both ends inclusive. To
// is zero for the highest band, which has no end.
type Band struct {
	Severity Severity
	From     int
	To       int `json:",omitempty"`
}

// Bands returns the bands, lowest first. The lower bounds are judgement: LOW
// begins where a new place or agent alone does, MEDIUM above all novelty
// that a journey brings (26) with everyday calls (12), HIGH where heavy calls
// reach two tactics (40 + 40 + 10), CRITICAL where several tactics and novelty
// come together.
func Bands() []Band {
	return []Band{
		{Informational, 0, 9}, {Low, 10, 39}, {Medium, 40, 79}, {High, 80, 129}, {Critical, 130, 0},
	}
}

// band returns the severity that total falls into.
func band(total int) Severity {
	s := Informational
	for _, b := range Bands() {
		if total >= b.From {
			s = b.Severity
		}
	}
	return s
}
