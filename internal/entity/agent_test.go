package entity

import "testing"

func TestAgentProduct(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := AgentProduct(in); got != want {
			t.Errorf("AgentProduct(%q) = %q; want %q", in, got, want)
		}
	}
	f("", "")
	f("  ", "")
	f("aws-cli/2.17.3 md/awscrt#0.20.11 ua/2.0 os/linux#6.1", "aws-cli/2")
	f("aws-cli/1.16.312 Python/3.7.1 Linux/4.14 botocore/1.13.48", "aws-cli/1")
	f("[aws-cli/2.17.3 Python/3.11]", "aws-cli/2")
	f("Boto3/1.34.11 md/Botocore#1.34.11", "Boto3/1")
	f("Boto3/1.34.99", "Boto3/1")
	f("APN/1.0 HashiCorp/1.0 Terraform/1.5.7", "APN/1")
	f("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Chrome/126")
	f("Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge/126")
	f("Mozilla/5.0 (X11; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox/128")
	f("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15", "Safari/17")
	f("Mozilla/4.0 (compatible; MSIE 6.0)", "Mozilla")
	f("console.amazonaws.com", "console.amazonaws.com")
	f("AWS Internal", "AWS Internal")
	f("S3Console/0.4, aws-internal/3 aws-sdk-java/1.11", "S3Console/0")
	f("stratus-red-team_90eb2ac2", "stratus-red-team_90eb2ac2")
	f("/1.0", "/1.0")
	f("tool/v12.1", "tool/12")
	f("tool/dev", "tool/0")
	f("tool/1234567890123", "tool/123456")
}

func TestCleanAgent(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := CleanAgent(in); got != want {
			t.Errorf("CleanAgent(%q) = %q; want %q", in, got, want)
		}
	}
	f(" [S3Console/0.4, aws-internal/3] ", "S3Console/0.4, aws-internal/3")
	f("[", "[")
	f("[]", "")
	f("curl/8.1", "curl/8.1")
	long := make([]byte, 3000)
	for i := range long {
		long[i] = 'a'
	}
	f(string(long), string(long[:maxAgent]))
}

func FuzzAgentProduct(f *testing.F) {
	f.Add("aws-cli/2.17.3 md/x")
	f.Add("Mozilla/5.0 Chrome/")
	f.Fuzz(func(t *testing.T, in string) {
		if p := AgentProduct(in); len(p) > maxAgent {
			t.Fatalf("AgentProduct(%q) has %d bytes", in, len(p))
		}
	})
}
