// Package clients drives the real binary with clients that nobody here
// wrote: boto3, the AWS CLI and the AWS SDK for Go.
package clients
