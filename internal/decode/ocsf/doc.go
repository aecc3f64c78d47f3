// Package ocsf reads events of the Open Cybersecurity Schema Framework, as
// Amazon Security Lake stores what CloudTrail, VPC flow logs, EKS audit logs
// and Security Hub say, and gives the records that those logs' own decoders
// give.
//
// An event is turned back into what the source logged, as far as OCSF kept
// it, and that is read by the source's decoder, so that both ways lead to the
// same entities. What OCSF has no field for lies in the event's unmapped
// object under its flattened name, "requestParameters.bucketName"; there
// numbers and booleans are texts, and lists are texts with commas.
//
// The mappings are those of https://github.com/ocsf/examples, folder
// mappings/markdown/AWS: versions 1.0.0-rc.2, 1.1.0 and 1.5.0 of the schema,
// which are versions 1 and 2 of Security Lake's sources and what came later.
//
// It may import decode and what lies below it, and entity.
package ocsf
