package entity

import "strings"

// The kinds of IAM names.
const (
	NamedUser            = "user"
	NamedRole            = "role"
	NamedInstanceProfile = "instance-profile"
)

// NameOf names a user, role or instance profile as IAM's calls do, which leave
// out its path. A name is used once in an account, whatever its path is, so that
// its ARN gives the name; the name does not give the ARN.
func NameOf(kind, account, name string) Ref {
	if account == "" || name == "" {
		return Ref{}
	}
	return Ref{Type: IAMName, Key: account + ":" + kind + "/" + name, Account: account, Label: name}
}

// NameOfARN returns the name that IAM's calls have for a user, role or instance
// profile; the zero Ref for any other ARN.
func NameOfARN(arn string) Ref {
	a, ok := ParseARN(arn)
	if !ok || a.Service != "iam" {
		return Ref{}
	}
	kind, path, ok := strings.Cut(a.Resource, "/")
	if !ok || kind != NamedUser && kind != NamedRole && kind != NamedInstanceProfile {
		return Ref{}
	}
	return NameOf(kind, a.Account, path[strings.LastIndexByte(path, '/')+1:])
}
