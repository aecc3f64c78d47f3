package entity

import "testing"

func TestShortName(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := ShortName(in); got != want {
			t.Errorf("ShortName(%q) = %q; want %q", in, got, want)
		}
	}
	f("arn:aws:iam::111122223333:user/alice", "alice")
	f("arn:aws:iam::111122223333:role/service-role/build/Deploy", "Deploy")
	f("arn:aws:sts::111122223333:assumed-role/Deploy/i-0abc", "i-0abc")
	f("arn:aws:iam::111122223333:root", "root")
	f("arn:aws:s3:::bucket", "bucket")
	f("arn:aws:iam::111122223333:user/", "user/")
	f("alice", "alice")
	f("", "")
}

func TestParseARN(t *testing.T) {
	f := func(in string, want ARN, ok bool) {
		t.Helper()
		if got, gotOK := ParseARN(in); got != want || gotOK != ok {
			t.Errorf("ParseARN(%q) = %+v, %v; want %+v, %v", in, got, gotOK, want, ok)
		}
	}
	f("arn:aws:iam::111122223333:user/a:b", ARN{"aws", "iam", "", "111122223333", "user/a:b"}, true)
	f("arn:aws-us-gov:detective:us-gov-west-1:111122223333:graph:00", ARN{"aws-us-gov", "detective", "us-gov-west-1", "111122223333", "graph:00"}, true)
	f("arn:aws:iam::111122223333:", ARN{}, false)
	f("arn:aws:iam", ARN{}, false)
	f("urn:aws:iam::1:user/a", ARN{}, false)
}

func TestIDsDifferByTypeAndSecret(t *testing.T) {
	h := NewHasher(Secret{1, 2, 3})
	a := h.ID(AwsUser, "k")
	if b := h.ID(AwsUser, "k"); a != b {
		t.Errorf("the same key has ids %x and %x", a, b)
	}
	if b := h.ID(AwsRole, "k"); a == b {
		t.Errorf("a user and a role share id %x", a)
	}
	if b := NewHasher(Secret{1, 2, 4}).ID(AwsUser, "k"); a == b {
		t.Errorf("two secrets give one id %x", a)
	}
	// Ids are stored: a change of the function would orphan every graph.
	if got := NewHasher(Secret{}).ID(AwsUser, "arn:aws:iam::111122223333:user/alice"); got != 0xd6aa59f02af82f9d {
		t.Errorf("id of the golden key = %#x", uint64(got))
	}
}

func TestNameOfARN(t *testing.T) {
	for _, tt := range []struct{ arn, want string }{
		{"arn:aws:iam::111122223333:user/alice", "111122223333:user/alice"},
		{"arn:aws:iam::111122223333:role/team/deploy", "111122223333:role/deploy"},
		{"arn:aws-cn:iam::111122223333:instance-profile/web", "111122223333:instance-profile/web"},
		{"arn:aws:iam::111122223333:root", ""},
		{"arn:aws:iam::111122223333:user/", ""},
		{"arn:aws:iam::111122223333:group/ops", ""},
		{"arn:aws:iam:::role/x", ""},
		{"arn:aws:sts::111122223333:assumed-role/deploy/x", ""},
		{"alice", ""},
	} {
		if got := NameOfARN(tt.arn); got.Key != tt.want {
			t.Errorf("NameOfARN(%q) = %+v, want %q", tt.arn, got, tt.want)
		}
	}
	if got := NameOf(NamedUser, "", "alice"); !got.IsZero() {
		t.Errorf("a name without an account: %+v", got)
	}
}
