// Package sigv4 checks the signatures (AWS Signature Version 4, in the
// Authorization header) of requests that were signed by somebody else. It
// builds the canonical request from the client's own SignedHeaders list; a
// client's signer cannot be used for that, because it chooses headers itself.
//
// It imports none of our packages and has no clock.
package sigv4
