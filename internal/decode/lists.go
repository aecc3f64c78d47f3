package decode

// IsList reports whether a member of this name holds the records of its
// object where its value is a list: CloudTrail's log files and the messages of
// SNS, SQS and Lambda (Records), the answers of GuardDuty and Security Hub
// (Findings, findings), of LookupEvents (Events) and of Kubernetes (items).
func IsList(name []byte) bool {
	switch string(name) {
	case "Records", "Findings", "findings", "Events", "items":
		return true
	}
	return false
}
