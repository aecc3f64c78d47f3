package entity

import "strings"

// ARN is a parsed Amazon Resource Name.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN splits s; ok is false when s has fewer than six parts or does not
// start with "arn:".
func ParseARN(s string) (a ARN, ok bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[5] == "" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, true
}

// Partition returns the partition of ARNs in a Region: aws, aws-cn or
// aws-us-gov.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// IsAccountID reports whether s is twelve digits.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// RootARN returns the ARN of an account's root user.
func RootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// ShortName returns the last part of an ARN's resource: the name of a user
// or role without its path. A text that is no ARN is returned as it is.
func ShortName(s string) string {
	a, ok := ParseARN(s)
	if !ok {
		return s
	}
	if i := strings.LastIndexByte(a.Resource, '/'); i >= 0 && i < len(a.Resource)-1 {
		return a.Resource[i+1:]
	}
	return a.Resource
}
