package warehouse

// Amount is a number of records and their size.
type Amount struct {
	Records int64
	Bytes   int64 // of the decoded records, each from its { to its }; what separates them does not count
}

// Add adds b to a.
func (a *Amount) Add(b Amount) {
	a.Records += b.Records
	a.Bytes += b.Bytes
}

// PartVolume is what a ledger row holds of one account and UTC day of event
// time. Duplicates are in neither amount.
type PartVolume struct {
	Account string // as the records name it: 12 digits, unless whoever made them wrote something else
	Day     Day
	Stored  Amount
	Refused Amount // good records that the graph's policy did not let in, such as those of accounts that are no members
}

// Volume is how much one account sent on one UTC day of event time, stored or
// refused by policy.
type Volume struct {
	Account string
	Kind    string // of the objects, as in ObjectPart
	Day     Day
	Bytes   int64 // see Amount
	Records int64
}
