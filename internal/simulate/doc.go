// Package simulate writes the CloudTrail logs of an organization that does
// not exist: developers, administrators, CI, functions, nodes and AWS's own
// services at work, and on request an attack with its ground truth. It feeds
// the demo, the tests and the benchmarks.
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
// in a real organization.
//
// Accounts, keys, people and companies are invented; addresses come from the
// ranges reserved for documentation (RFC 5737, RFC 3849) and autonomous
// systems from RFC 5398. No secret key is ever written.
//
// The package imports nothing of gumshoe.
package simulate
