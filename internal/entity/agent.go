package entity

import "strings"

// maxAgent bounds the length of a user agent's key in bytes; CloudTrail cuts
// at 1 KB itself, foreign logs do not.
const maxAgent = 1024

// CleanAgent returns the canonical form of a user agent: without the square
// brackets that S3 puts around it, without surrounding space, cut at 1 KB.
func CleanAgent(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '[' && s[len(s)-1] == ']' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	if len(s) > maxAgent {
		s = strings.ToValidUTF8(s[:maxAgent], "")
	}
	return s
}

// AgentProduct returns the product and major version that a user agent
// names, the grain at which a new agent is new: "aws-cli/2", "Boto3/1",
// "Chrome/126", "console.amazonaws.com". Versions, operating systems and
// build numbers that change with every update do not make an agent new.
// It returns "" for an empty agent.
func AgentProduct(s string) string {
	s = CleanAgent(s)
	if s == "" {
		return ""
	}
	if strings.HasPrefix(s, "Mozilla/") {
		return browser(s)
	}
	if isServiceName(s) || s == "AWS Internal" {
		return s
	}
	product, _, _ := strings.Cut(s, " ")
	product = strings.TrimRight(product, ",;")
	name, version, found := strings.Cut(product, "/")
	if name == "" {
		return product
	}
	if !found {
		return cut(name)
	}
	// "S3Console/0.4, aws-internal/3 …": the name is enough, the console's
	// own version says nothing.
	return cut(name) + "/" + major(version)
}

// browsers in the order in which a user agent is searched: Edge and Opera
// also say Chrome, Chrome also says Safari.
var browsers = []struct{ token, name string }{
	{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"},
	{"Chrome/", "Chrome"}, {"Version/", "Safari"},
}

func browser(s string) string {
	for _, b := range browsers {
		if _, after, ok := strings.Cut(s, b.token); ok {
			return b.name + "/" + major(after)
		}
	}
	return "Mozilla"
}

func major(version string) string {
	version = strings.TrimPrefix(version, "v")
	for i := range len(version) {
		if version[i] < '0' || version[i] > '9' {
			version = version[:i]
			break
		}
	}
	if len(version) > 6 {
		return version[:6]
	}
	if version == "" {
		return "0"
	}
	return version
}

func cut(name string) string {
	const maxName = 64
	if len(name) > maxName {
		return strings.ToValidUTF8(name[:maxName], "")
	}
	return name
}
