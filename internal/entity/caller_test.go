package entity

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResolveCaller(t *testing.T) {
	const acct = "111122223333"
	for _, c := range []struct {
		name string
		in   Identity
		want Caller
	}{
		{"root", Identity{Type: "Root", PrincipalID: acct, ARN: RootARN(acct), AccountID: acct},
			Caller{Principal: Ref{AwsUser, RootARN(acct), acct, "root", ""}}},
		{"failed root login without arn", Identity{Type: "Root", AccountID: acct},
			Caller{Principal: Ref{AwsUser, RootARN(acct), acct, "root", ""}}},
		{"user", Identity{Type: "IAMUser", PrincipalID: "AIDAEXAMPLE", ARN: "arn:aws:iam::111122223333:user/team/alice", AccountID: acct, AccessKeyID: "AKIAEXAMPLE", UserName: "alice"},
			Caller{Principal: Ref{AwsUser, "arn:aws:iam::111122223333:user/team/alice", acct, "alice", "AIDAEXAMPLE"},
				AccessKey: Ref{AccessKey, "AKIAEXAMPLE", acct, "AKIAEXAMPLE", ""}}},
		{"user without arn and with an empty key", Identity{Type: "IAMUser", AccountID: acct, UserName: "bob"},
			Caller{Principal: Ref{AwsUser, "arn:aws:iam::111122223333:user/bob", acct, "bob", ""}}},
		{"user with nothing", Identity{Type: "IAMUser"},
			Caller{Principal: Ref{AwsAccount, "999988887777", "999988887777", "999988887777", ""}}},
		{"session keeps the role's path", Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE:i-0abc", ARN: "arn:aws:sts::111122223333:assumed-role/Deploy/i-0abc", AccountID: acct, AccessKeyID: "ASIAEXAMPLE",
			Issuer: Issuer{"Role", "AROAEXAMPLE", "arn:aws:iam::111122223333:role/build/Deploy", acct, "Deploy"}},
			Caller{Principal: Ref{AwsRole, "arn:aws:iam::111122223333:role/build/Deploy", acct, "Deploy", "AROAEXAMPLE"},
				Session:   Ref{AwsRoleSession, "AROAEXAMPLE:i-0abc", acct, "i-0abc", "arn:aws:sts::111122223333:assumed-role/Deploy/i-0abc"},
				AccessKey: Ref{AccessKey, "ASIAEXAMPLE", acct, "ASIAEXAMPLE", ""}}},
		{"session without issuer", Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE:s", ARN: "arn:aws:sts::111122223333:assumed-role/Deploy/s", AccountID: acct},
			Caller{Principal: Ref{AwsRole, "arn:aws:iam::111122223333:role/Deploy", acct, "Deploy", ""},
				Session: Ref{AwsRoleSession, "AROAEXAMPLE:s", acct, "s", "arn:aws:sts::111122223333:assumed-role/Deploy/s"}}},
		{"anonymised session, arn without slashes", Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE:s", ARN: "arn:aws:sts::111122223333:junk", AccountID: acct},
			Caller{Principal: Ref{AwsRole, "AROAEXAMPLE", acct, "AROAEXAMPLE", ""},
				Session: Ref{AwsRoleSession, "AROAEXAMPLE:s", acct, "s", "arn:aws:sts::111122223333:junk"}}},
		{"session without anything", Identity{Type: "AssumedRole", AccountID: acct},
			Caller{Principal: Ref{AwsAccount, acct, acct, acct, ""}}},
		{"federation token", Identity{Type: "FederatedUser", PrincipalID: "111122223333:carol", ARN: "arn:aws:sts::111122223333:federated-user/carol", AccountID: acct},
			Caller{Principal: Ref{FederatedUser, "111122223333:carol", acct, "carol", "arn:aws:sts::111122223333:federated-user/carol"}}},
		{"web identity", Identity{Type: "WebIdentityUser", PrincipalID: "accounts.example.com:app:u1", UserName: "u1", IdentityProvider: "accounts.example.com"},
			Caller{Principal: Ref{FederatedUser, "accounts.example.com:app:u1", "999988887777", "u1", ""}}},
		{"saml without user name", Identity{Type: "SAMLUser", PrincipalID: "idp:dave@example.com"},
			Caller{Principal: Ref{FederatedUser, "idp:dave@example.com", "999988887777", "dave@example.com", ""}}},
		{"identity center", Identity{Type: "IdentityCenterUser", AccountID: acct, OnBehalfOf: "u-1", IdentityStoreARN: "arn:aws:identitystore::111122223333:identitystore/d-1"},
			Caller{Principal: Ref{FederatedUser, "arn:aws:identitystore::111122223333:identitystore/d-1:u-1", acct, "u-1", ""}}},
		{"service", Identity{Type: "AWSService", InvokedBy: "cloudtrail.amazonaws.com"},
			Caller{Principal: Ref{AwsService, "cloudtrail.amazonaws.com", "", "cloudtrail.amazonaws.com", ""}}},
		{"service event without type", Identity{AccountID: acct, InvokedBy: "ec2.amazonaws.com"},
			Caller{Principal: Ref{AwsService, "ec2.amazonaws.com", "", "ec2.amazonaws.com", ""}}},
		{"other account", Identity{Type: "AWSAccount", AccountID: "444455556666", PrincipalID: "AIDAOTHER"},
			Caller{Principal: Ref{AwsAccount, "444455556666", "444455556666", "444455556666", ""}}},
		{"anonymous", Identity{Type: "AWSAccount", AccountID: "ANONYMOUS_PRINCIPAL"},
			Caller{Principal: Ref{AwsAccount, "ANONYMOUS_PRINCIPAL", "", "anonymous", ""}}},
		{"identity absent", Identity{},
			Caller{Principal: Ref{AwsAccount, "999988887777", "999988887777", "999988887777", ""}}},
		{"unknown type with a role arn", Identity{Type: "Later", ARN: "arn:aws:iam::111122223333:role/R", AccountID: acct},
			Caller{Principal: Ref{AwsRole, "arn:aws:iam::111122223333:role/R", acct, "R", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ResolveCaller(&c.in, "999988887777")); diff != "" {
				t.Errorf("ResolveCaller(%+v) (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

func FuzzResolveCaller(f *testing.F) {
	f.Add("AssumedRole", "AROA:x", "arn:aws:sts::1:assumed-role/R/x", "1", "arn:aws:iam::1:role/R")
	f.Add("IAMUser", "", "", "", "")
	f.Fuzz(func(t *testing.T, kind, principalID, arn, account, issuer string) {
		c := ResolveCaller(&Identity{Type: kind, PrincipalID: principalID, ARN: arn, AccountID: account, Issuer: Issuer{ARN: issuer}}, "111122223333")
		if c.Principal.IsZero() {
			t.Fatalf("nobody made this call: %+v", c)
		}
	})
}
