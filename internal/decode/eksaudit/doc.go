// Package eksaudit decodes the audit events of a Kubernetes API server
// (audit.k8s.io Event), as Amazon EKS writes them to CloudWatch Logs and as
// API servers write them to files.
//
// It reads one event at a time; finding the events in envelopes, lists and
// streams is the caller's. An event is decoded as logged: names are not
// judged here, except that Record.Identity says which IAM identity an event's
// user is, in the words of CloudTrail, so that both logs name it alike.
//
// The fields are those of the audit API,
// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/, and
// of aws-iam-authenticator, which EKS uses to authenticate IAM identities.
//
// It may import decode, decode/intern, decode/jsonscan and entity.
package eksaudit
