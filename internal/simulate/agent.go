package simulate

import "fmt"

// channel is the way a call is made; it decides the user agent and the
// credentials.
type channel uint8

const (
	cli channel = iota
	console
	sdk
	terraform
	channels
)

// device is what a person or a workload calls AWS with. Products and major
// versions stay, minor versions move on every few weeks.
type device struct {
	formats [channels]string // with two verbs: a minor and a patch version
	phase   int              // days by which updates are shifted
}

var (
	cliFormats = []string{
		"aws-cli/2.%d.%d md/awscrt#0.23.4 ua/2.0 os/linux#6.8.0-45-generic md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off",
		"aws-cli/2.%d.%d md/awscrt#0.23.4 ua/2.0 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.2 md/pyimpl#CPython cfg/retry-mode#standard md/installer#source md/prompt#off",
		"aws-cli/2.%d.%d md/awscrt#0.23.4 ua/2.0 os/windows#11 md/arch#amd64 lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off",
	}
	browserFormats = []string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.72%02d.%d Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.72%02d.%d Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.72%02d.%d Safari/537.36 Edg/138.0.33.61",
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.%d.%d",
	}
	pythonFormat    = "Boto3/1.%d.%d md/Botocore#1.40.9 ua/2.1 os/linux#6.8.0-45-generic md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.40.9"
	functionFormat  = "Boto3/1.%d.%d md/Botocore#1.40.9 ua/2.1 os/linux#5.10.238 md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 Botocore/1.40.9"
	goFormat        = "aws-sdk-go-v2/1.%d.%d ua/2.1 os/linux lang/go#1.24.5 md/GOOS#linux md/GOARCH#amd64 api/s3#1.85.1"
	javaFormat      = "aws-sdk-java/2.%d.%d md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.134 lang/java#21.0.7 md/OpenJDK_64-Bit_Server_VM#21.0.7+6-LTS exec-env/AWS_Lambda_java21"
	terraformFormat = "APN/1.0 HashiCorp/1.0 Terraform/1.%d.%d (+https://www.terraform.io) terraform-provider-aws/6.4.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.5 ua/2.1 os/linux lang/go#1.23.10 md/GOOS#linux md/GOARCH#amd64"
	nodeFormat      = "aws-sdk-go-v2/1.%d.%d ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#amd64 amazon-vpc-cni-k8s"
	agentFormat     = "aws-sdk-go/1.%d.%d (go1.23.8; linux; amd64) amazon-ssm-agent/3.3.859.0"
	scannerFormat   = "ExamplePosture/4.%d.%d (+https://posture.example.com) aws-sdk-go-v2/1.36.5"
)

// updateEvery is the days between updates of a device: a guess.
const updateEvery = 40

// agent returns the user agent of a channel on a day, counted from the
// Unix epoch.
func (d *device) agent(ch channel, day int) string {
	format := d.formats[ch]
	if format == "" {
		format = d.formats[cli]
	}
	release := (day + d.phase) / updateEvery
	return fmt.Sprintf(format, release%90+5, (release*7)%23)
}
