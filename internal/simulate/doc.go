// Package simulate writes the logs of an organization that does not exist:
// CloudTrail's, and on request VPC flow logs, GuardDuty's and Security Hub's
// findings, Kubernetes audit events and CloudTrail's digests, all about the
// same people, roles, instances and clusters. Developers, administrators, CI,
// functions, nodes and AWS's own services are at work, and on request there
// is an attack with its ground truth. The package feeds the demo, the tests
// and the benchmarks.
//
// The same [Config] always gives the same bytes: every choice comes from the
// seed, none from a clock, a map's order or the number of processors. Days
// are made in order and hours one at a time, so memory does not grow with
// the number of days.
//
// The shapes (bursts, heavy heads, error rates, event and file sizes,
// delivery lag) follow what was measured on public CloudTrail sets; where
// those are lab accounts with few people, the mix of principals is a guess,
// and a detector that does well here has shown nothing about false positives
// in a real organization. The flows from the Internet follow one measured
// site; traffic inside and the audit events are guesses.
//
// Accounts, keys, people and companies are invented; addresses come from the
// ranges reserved for documentation (RFC 5737, RFC 3849), those of Internet
// peers also from one that nobody routes (192.88.99.0/24, RFC 7526), and
// autonomous systems from RFC 5398. No secret key is ever written.
//
// The package imports nothing of gumshoe.
package simulate
