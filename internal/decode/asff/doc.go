// Package asff reads Security Hub's findings, written in the AWS Security
// Finding Format, into their normal form. Names of members are taken in
// whatever case, for not everybody keeps ASFF's own. A finding that GuardDuty
// gave to Security Hub becomes what the original would have become: it has
// the same ARN, type, severity and time of update.
//
// The members are those of AwsSecurityFinding in Security Hub's API, version
// 2018-10-26. How GuardDuty fills them in is in its user guide, "Integrating
// with AWS Security Hub".
//
// It may import decode, jsonscan, finding and what lies below it, and entity.
package asff
