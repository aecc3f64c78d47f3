// Package rules finds ATT&CK procedures in CloudTrail events. It loads Sigma
// v2 rules, compiles them to typed predicates and says which of them an event
// matches.
//
// A rule matches the attempt: whether the call succeeded is counted by the
// caller from the event's error code, because a denied attempt says as much
// about the caller's intent as a granted one. A rule looks at errorCode only
// where the failure itself is the point.
//
// # Format
//
// A rule file is Sigma v2 YAML (several documents make several rules) for
// the log source aws/cloudtrail. Fields are named as in a CloudTrail record,
// with dots: requestParameters.userName. A path that meets a list goes on in
// each element, and one matching element is enough. A path that meets a text
// which holds a JSON document, plain or URL-encoded, goes on inside the
// document, and a text is compared as it is written, URL-decoded, and as
// compact JSON, so that the white space and the encoding of a policy do not
// matter. Texts compare case-insensitively unless a rule says cased; the
// empty text counts as absent, as CloudTrail writes both. eventName is seen
// as written and without its API version (ListFunctions20150331 is
// ListFunctions), userAgent without the brackets that S3 puts around it.
//
// Modifiers: contains, startswith, endswith, all, cased, re (RE2; with i, m,
// s), cidr, exists, fieldref, gt, gte, lt, lte. Plain values take the
// wildcards * and ?. Not taken, with an error: keyword lists, placeholders,
// YAML aliases, pipes in a condition and correlation rules.
//
// The field gumshoe.grant exists for rules only. It holds what the policy
// documents in requestParameters allow: public, foreign-account, admin and
// privilege; see grant.go.
//
// # Extension
//
// A gumshoe block says what Sigma has no place for:
//
//	gumshoe:
//	  procedure: Created a password for an IAM user   # one sentence: what was done
//	  weight: 35        # points toward severity, 1 to 100; see packs/README.md
//	  data: management  # the events it needs: management (default) or data
//	  callers: customer # customer (default) or any
//	  per_hour: 500     # at least so many calls; without it one is enough
//	  tests:
//	    match: [{…}]    # minimal CloudTrail records that the rule matches
//	    miss: [{…}]     # near misses that it must not match
//
// per_hour makes a rule of quantity: it holds for a principal's calls of one
// hour of the clock from one address when there are that many of them, alone
// or with the hour before or after. An
// event cannot tell, so Match reports each call, and whoever reads the
// counts of the graph applies it.
//
// With callers: customer, calls that AWS services make on their own behalf
// (userIdentity of type AWSService, service-linked roles, AwsServiceEvent
// records without a type) never match. A rule without the block is plain
// Sigma: all callers, its title as procedure, a weight by its level.
//
// # Imports
//
// The package may import internal/entity and nothing else of gumshoe. It is
// pure: no clock, no I/O beyond the fs.FS it is given.
package rules
