// Package logs reads the records of an object, whatever kind of log it is and
// however the records are wrapped: it looks at the first bytes for text, CSV
// or JSON, at the members of JSON objects for their kind, and inside the
// envelopes of EventBridge, CloudWatch Logs, SNS, SQS and log shippers.
//
// The kinds themselves are decoded by the packages beside it.
//
// It may import decode and what lies below it.
package logs
