package policy

import (
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// referenceEvaluate decides as Evaluate does, on documents that Parse takes.
// It is written to be read: generic JSON, regular expressions for wildcards,
// nothing compiled or shared with the product.
func referenceEvaluate(documents [][]byte, r Request) (Decision, error) {
	allowed := false
	for _, d := range documents {
		if onTagValue.Match(d) && (twice(r.ResourceTags) || twice(r.RequestTags)) {
			return ExplicitDeny, nil
		}
		var p map[string]any
		if err := json.Unmarshal(d, &p); err != nil {
			return 0, err
		}
		for _, s := range asList(p["Statement"]) {
			s := s.(map[string]any)
			if !referenceApplies(s, r) {
				continue
			}
			if s["Effect"] == "Deny" {
				return ExplicitDeny, nil
			}
			allowed = true
		}
	}
	if allowed {
		return Allowed, nil
	}
	return ImplicitDeny, nil
}

var onTagValue = regexp.MustCompile(`(?i)"aws:(resource|request)tag/`)

// twice reports whether tags have a key in two spellings.
func twice(tags map[string]string) bool {
	for a := range tags {
		for b := range tags {
			if a != b && strings.EqualFold(a, b) {
				return true
			}
		}
	}
	return false
}

func referenceApplies(s map[string]any, r Request) bool {
	action := func(p string) bool { return glob(strings.ToLower(p), strings.ToLower(r.Action)) }
	resource := func(p string) bool { return glob(p, r.Resource) }
	for name, matches := range map[string]func(string) bool{"Action": action, "Resource": resource} {
		if v, ok := s[name]; ok && !anyText(v, matches) {
			return false
		}
		if v, ok := s["Not"+name]; ok && anyText(v, matches) {
			return false
		}
	}
	conditions, _ := s["Condition"].(map[string]any)
	for operator, keys := range conditions {
		for key, values := range keys.(map[string]any) {
			if !referenceHolds(operator, values, referenceContext(r, key)) {
				return false
			}
		}
	}
	return true
}

// referenceContext returns the values of a key as texts; times are in
// seconds and nanoseconds since 1970.
func referenceContext(r Request, key string) []string {
	some := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	tag := func(tags map[string]string, key string) []string {
		least, found := "", false
		for k := range tags {
			if k == key {
				return []string{tags[k]}
			}
			if strings.EqualFold(k, key) && (!found || k < least) {
				least, found = k, true
			}
		}
		if !found {
			return nil
		}
		return []string{tags[least]}
	}
	switch lower := strings.ToLower(key); {
	case lower == "aws:tagkeys" && r.TagKeys != nil:
		return r.TagKeys
	case lower == "aws:tagkeys":
		var keys []string
		for k := range r.RequestTags {
			keys = append(keys, k)
		}
		return keys
	case strings.HasPrefix(lower, "aws:resourcetag/"):
		return tag(r.ResourceTags, key[len("aws:resourcetag/"):])
	case strings.HasPrefix(lower, "aws:requesttag/"):
		return tag(r.RequestTags, key[len("aws:requesttag/"):])
	case lower == "aws:principalarn":
		return some(r.PrincipalARN)
	case lower == "aws:principalaccount":
		return some(r.Account)
	case lower == "aws:requestedregion":
		return some(r.Region)
	case lower == "aws:useragent":
		return some(r.UserAgent)
	case lower == "aws:sourceip" && net.ParseIP(r.SourceIP) != nil:
		return some(r.SourceIP)
	case lower == "aws:currenttime" && !r.Time.IsZero():
		return some(r.Time.Format(time.RFC3339Nano))
	}
	return nil
}

func referenceHolds(operator string, values any, context []string) bool {
	present := len(context) > 0
	if operator == "Null" {
		return anyText(values, func(v string) bool { return v == fmt.Sprint(!present) })
	}
	quantifier, base, quantified := strings.Cut(operator, ":")
	if !quantified {
		quantifier, base = "", operator
	}
	if strings.HasSuffix(base, "IfExists") {
		if !present {
			return true
		}
		base = strings.TrimSuffix(base, "IfExists")
	}
	negated := strings.Contains(base, "Not")
	matching := 0 // values of the request for which the operator is true
	for _, c := range context {
		matches := anyText(values, func(v string) bool { return referenceCompare(strings.Replace(base, "Not", "", 1), v, c) })
		if matches != negated {
			matching++
		}
	}
	switch {
	case quantifier == "ForAllValues":
		return matching == len(context)
	case quantifier == "ForAnyValue":
		return matching > 0
	case !present:
		return negated
	}
	return matching == 1
}

// referenceCompare applies a positive operator to a value of the policy and
// one of the request.
func referenceCompare(operator, policy, request string) bool {
	switch operator {
	case "StringEquals":
		return policy == request
	case "StringEqualsIgnoreCase", "Bool":
		return strings.EqualFold(policy, request)
	case "StringLike":
		return glob(policy, request)
	case "ArnEquals", "ArnLike":
		p, r := strings.SplitN(policy, ":", 6), strings.SplitN(request, ":", 6)
		if len(r) != 6 || r[0] != "arn" || r[1] == "" || r[2] == "" || r[5] == "" {
			return false
		}
		for i := range p {
			if !glob(p[i], r[i]) {
				return false
			}
		}
		return true
	case "IpAddress":
		if !strings.Contains(policy, "/") {
			return net.ParseIP(policy).Equal(net.ParseIP(request))
		}
		_, network, _ := net.ParseCIDR(policy)
		return network.Contains(net.ParseIP(request))
	}
	p, r := referenceTime(policy), referenceTime(request)
	switch operator {
	case "DateEquals":
		return r.Equal(p)
	case "DateLessThan":
		return r.Before(p)
	case "DateLessThanEquals":
		return r.Before(p) || r.Equal(p)
	case "DateGreaterThan":
		return r.After(p)
	}
	return r.After(p) || r.Equal(p)
}

func referenceTime(s string) time.Time {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0)
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

// glob matches wildcards through a regular expression.
func glob(pattern, s string) bool {
	e := regexp.QuoteMeta(pattern)
	e = strings.ReplaceAll(e, `\*`, `.*`)
	e = strings.ReplaceAll(e, `\?`, `.`)
	return regexp.MustCompile(`(?s)\A` + e + `\z`).MatchString(s)
}

func asList(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func anyText(v any, matches func(string) bool) bool {
	for _, e := range asList(v) {
		if n, ok := e.(float64); ok {
			e = strconv.FormatFloat(n, 'f', -1, 64)
		}
		if matches(fmt.Sprint(e)) {
			return true
		}
	}
	return false
}
