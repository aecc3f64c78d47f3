// Package clients drives the real binary with clients that nobody here wrote:
// boto3, the AWS CLI and the AWS SDKs for Go and JavaScript, with the requests
// of Terraform, and with our own module client. It imports nothing of the
// program but what makes logs and names indicators.
package clients
