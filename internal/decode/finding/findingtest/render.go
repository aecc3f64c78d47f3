package findingtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Render writes a finding for people to check, a line a fact, without what is
// empty.
func Render(f *finding.Finding) string {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" && text != "false" && text != "0" {
			fmt.Fprintf(&b, "%-12s %s\n", name, text)
		}
	}
	line("id", f.ID)
	line("arn", f.ARN)
	line("product", f.Product)
	line("generator", f.Generator)
	line("account", f.AccountID)
	line("region", f.Region)
	line("type", f.Type)
	for _, t := range f.Types {
		line("types", t)
	}
	line("title", f.Title)
	line("severity", fmt.Sprintf("%g %s", f.Severity, f.SeverityLabel))
	line("created", f.Created.Format(time.RFC3339Nano))
	line("updated", f.Updated.Format(time.RFC3339Nano))
	line("first seen", f.FirstSeen.Format(time.RFC3339Nano))
	line("last seen", f.LastSeen.Format(time.RFC3339Nano))
	line("archived", fmt.Sprint(f.Archived))
	line("workflow", f.Workflow)
	line("compliance", f.Compliance)
	line("count", fmt.Sprint(f.Count))
	line("sequence", fmt.Sprint(f.Sequence))
	line("sample", fmt.Sprint(f.Sample))
	line("via", map[bool]string{true: "Security Hub"}[f.ViaSecurityHub])
	for _, r := range f.Resources {
		line(r.Role.String(), describe(r.Ref))
	}
	for _, l := range f.Links {
		line("link", short(l.From)+" - "+l.Kind.String()+" - "+short(l.To))
	}
	for _, r := range f.Remotes {
		line("remote", strings.TrimSpace(r.Addr.String()+" "+r.Direction.String()+" "+map[bool]string{true: "blocked"}[r.Blocked]))
	}
	for _, c := range f.Calls {
		line("call", c.Service+":"+c.Name)
	}
	for _, d := range f.Domains {
		line("domain", d)
	}
	return b.String()
}

// describe writes all of an entity.
func describe(r entity.Ref) string {
	s := short(r)
	if r.Account != "" {
		s += " of " + r.Account
	}
	if r.Label != r.Key && r.Label != "" {
		s += fmt.Sprintf(" %q", r.Label)
	}
	if r.Alias != "" {
		s += " alias " + r.Alias
	}
	return s
}

func short(r entity.Ref) string { return r.Type.String() + " " + r.Key }
