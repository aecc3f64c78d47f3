package ingest

import "testing"

// An object is listed without an account, the bucket that it is in with one.
func TestAccountOfBucket(t *testing.T) {
	t.Parallel()
	f := func(resources, want string) {
		t.Helper()
		got := resolveText(t, newTestResolver(), record(t, `"eventSource":"s3.amazonaws.com","resources":`+resources)).described()["S3Bucket photos"]
		if got != "account "+want+", label photos, alias " {
			t.Errorf("%s: %q; want account %q", resources, got, want)
		}
	}
	f(`[{"ARN":"arn:aws:s3:::photos/a.jpg"},{"accountId":"111122223333","ARN":"arn:aws:s3:::photos"}]`, "111122223333")
	f(`[{"accountId":"111122223333","ARN":"arn:aws:s3:::photos"},{"ARN":"arn:aws:s3:::photos/a.jpg"}]`, "111122223333")
	f(`[{"ARN":"arn:aws:s3:::photos/a.jpg"},{"accountId":"999988887777","ARN":"arn:aws:s3:::others"}]`, "")
	f(`[{"accountId":"999988887777","ARN":"arn:aws:kms:us-east-1:999988887777:key/k"},{"ARN":"arn:aws:s3:::photos"}]`, "")
}

func TestTargets(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members, want string) {
		t.Helper()
		if got := resolveText(t, r, record(t, members)).Target; got != want {
			t.Errorf("%s: %q; want %q", members, got, want)
		}
	}
	const s3 = `"eventSource":"s3.amazonaws.com","eventName":"GetObject","resources":`
	f(s3+`[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::photos/a/b.jpg"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::photos"}]`, "S3Bucket photos")
	f(s3+`[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::photos/"}]`, "S3Bucket photos")
	f(s3+`[{"type":"AWS::S3::Bucket","arn":"arn:aws-us-gov:s3:::photos"}]`, "S3Bucket photos")
	f(s3+`[{"ARN":"arn:aws-cn:s3:::bilder/x"}]`, "S3Bucket bilder")
	f(s3+`[{"ARN":"arn:aws:kms:us-east-1:111122223333:key/k"},{"ARN":"arn:aws:s3:::second"}]`, "S3Bucket second")
	f(s3+`[{"ARN":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap"}]`, "")
	f(s3+`[{"ARN":"arn:aws:s3:::"},{"ARN":"arn:aws:s3:::/x"},{"ARN":"arn:"},{"ARN":"s3:::x"},{}]`, "")
	f(s3+`[]`, "")
	f(s3+`null`, "")
	f(`"eventSource":"kms.amazonaws.com","resources":[{"ARN":"arn:aws:s3:::photos"}]`, "")
}
