package asff

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
)

// severity reads a finding's severity: what it is now, else what its provider
// said, else a bare label. GuardDuty's own, from 0 to 10, is in Product and
// counts for its findings whatever Security Hub made of it; other products'
// scales are unknown.
func (p *Parser) severity(now, provided field.Value, label string) {
	f := p.f
	if f.ViaSecurityHub {
		for _, v := range []field.Value{now, provided} {
			if n, ok := v.Get("product").Float(); ok {
				f.Severity = max(0, min(n, 10))
				f.SeverityLabel = finding.Label(f.Severity)
				return
			}
		}
	}
	for _, v := range []field.Value{now, provided} {
		var ok bool
		if f.Severity, f.SeverityLabel, ok = severity(v); ok {
			return
		}
	}
	f.SeverityLabel = finding.Informational
	if l, n, ok := finding.ParseLabel(label); ok {
		f.Severity, f.SeverityLabel = n, l
	}
}

// severity reads one severity element, or a number or label in its place. A
// label rules over the number beside it, as in Security Hub.
func severity(v field.Value) (n float64, label string, ok bool) {
	if !v.IsObject() {
		if n, ok := v.Float(); ok {
			if n > 10 {
				n /= 10 // of a hundred
			}
			n = max(0, min(n, 10))
			return n, finding.Label(n), true
		}
		label, n, ok := finding.ParseLabel(v.Text())
		return n, label, ok
	}
	label, n, labelled := finding.ParseLabel(v.Get("label").Text())
	if normalized, ok := v.Get("normalized").Float(); ok {
		n = max(0, min(normalized/10, 10))
		if !labelled {
			label = finding.Label(n)
		}
		return n, label, true
	}
	if !labelled {
		label, n, labelled = finding.ParseLabel(v.Get("original").Text())
	}
	return n, label, labelled
}
