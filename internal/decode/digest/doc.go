// Package digest reads CloudTrail's digest files: for each hour, trail,
// account and Region CloudTrail's own list of the log files that it delivered,
// with their hashes and the hash of the digest before, so that the digests of
// a trail are a chain. They are what tells a quiet hour from a missing one.
//
// The members are those of "CloudTrail digest file structure" in the
// CloudTrail user guide. Signatures are not verified: that takes AWS's public
// keys, and the object's metadata.
//
// It may import decode, jsonscan, finding/field and entity.
package digest
