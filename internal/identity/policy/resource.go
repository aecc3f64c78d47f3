package policy

import (
	"fmt"
	"strings"
)

// graphResource begins the resource part of a graph's ARN. Graphs are the
// only resources of Detective.
const graphResource = "graph:"

// parseResource reads an element of Resource or NotResource: "*" or an ARN,
// which may have wildcards in every part but the service. A * goes beyond
// colons, as IAM documents it for one at the end of a part.
func parseResource(s string) (pattern, error) {
	p := pattern{text: s}
	if s == "*" {
		return p, nil
	}
	if err := refuseVariable(s); err != nil {
		return p, fmt.Errorf("resource %q: %w", s, err)
	}
	part, err := splitARN(s)
	if err != nil {
		return p, fmt.Errorf("resource %q is neither * nor an ARN: %w", s, err)
	}
	if hasWildcard(part[2]) {
		return p, fmt.Errorf("resource %q: the service must be spelt out", s)
	}
	if !hasWildcard(part[1]) && part[1] != "aws" && !strings.HasPrefix(part[1], "aws-") {
		return p, fmt.Errorf("resource %q: there is no partition %q", s, part[1])
	}
	if strings.EqualFold(part[2]+":", service) && !coversGraph(part) {
		return p, fmt.Errorf("resource %q is no ARN of a graph, arn:aws:detective:REGION:ACCOUNT:graph:ID", s)
	}
	return p, nil
}

// coversGraph reports whether the parts of an ARN pattern can be those of a
// graph. The resource is judged by what stands before its first wildcard.
func coversGraph(part [6]string) bool {
	if part[2]+":" != service || part[3] == "" {
		return false
	}
	if account := part[4]; !hasWildcard(account) && (len(account) != 12 || !consistsOf(account, isDigit)) {
		return false
	}
	i := strings.IndexAny(part[5], "*?")
	if i < 0 {
		return strings.HasPrefix(part[5], graphResource)
	}
	literal := part[5][:i]
	return strings.HasPrefix(literal, graphResource) || strings.HasPrefix(graphResource, literal)
}

// splitARN splits an ARN, or a pattern of one, into arn, partition, service,
// Region, account and resource. Region and account may be empty.
func splitARN(s string) ([6]string, error) {
	part := strings.SplitN(s, ":", 6)
	if len(part) != 6 || part[0] != "arn" {
		return [6]string{}, fmt.Errorf("it must begin with arn: and have six parts, arn:partition:service:region:account:resource")
	}
	if part[1] == "" || part[2] == "" || part[5] == "" {
		return [6]string{}, fmt.Errorf("partition, service and resource must not be empty")
	}
	return [6]string(part), nil
}
