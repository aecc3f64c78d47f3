package simulate

// A source is a kind of log that [Write] writes.
type source uint8

const (
	cloudTrail source = iota
	cloudTrailDigest
	vpcFlow
	guardDuty
	securityHub
	eksAudit
	shape
	sources
)

// sourceNames are the names in the manifest.
var sourceNames = [sources]string{
	cloudTrail: "cloudtrail", cloudTrailDigest: "cloudtrail-digest", vpcFlow: "vpcflow",
	guardDuty: "guardduty", securityHub: "securityhub", eksAudit: "eksaudit", shape: "shapes",
}

// tally counts what was written of one source.
type tally struct {
	files, records, duplicates int
	plainBytes, packedBytes    int64 // known once the files are stored
}

// feed is a source besides CloudTrail: it is told of each hour that CloudTrail
// has finished, in order, and sends its own files of that hour.
type feed interface {
	// hour makes and sends what belongs to the hour.
	hour(now hourInfo) error
	// finish sends what is still open after the last hour.
	finish() error
}

// outbox hands files to those who store them and counts them. It belongs to
// the generating goroutine.
type outbox struct {
	send    func(parcel) error
	tallies [sources]tally
}

// post counts and hands over a file with so many records, duplicates of them
// written before.
func (o *outbox) post(p parcel, records, duplicates int) error {
	t := &o.tallies[p.source]
	t.files++
	t.records += records
	t.duplicates += duplicates
	return o.send(p)
}
