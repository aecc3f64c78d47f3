// Package identity keeps who may call: accounts of the directory, their
// access keys, and the sealing of secrets at rest under a key file.
//
// It may import control, entity and identity/policy.
package identity
