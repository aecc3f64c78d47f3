package detective

// pageSizes are the sizes of a list operation's pages.
type pageSizes struct{ standard, largest int }

// The largest sizes are the model's (MemberResultsLimit, MaxResults); the
// standard ones are our choice, AWS does not say.
var (
	membershipPages    = pageSizes{standard: 100, largest: 200}
	investigationPages = pageSizes{standard: 50, largest: 100}
)

// limit returns the number of entries that p asks for.
func (s pageSizes) limit(p Page) (int, error) {
	switch {
	case p.Limit == 0:
		return s.standard, nil
	case p.Limit < 0 || p.Limit > s.largest:
		return 0, errorf(Validation, "MaxResults must be between 1 and %d. Found %d.", s.largest, p.Limit)
	}
	return p.Limit, nil
}
