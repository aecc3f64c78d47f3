package ingest

import (
	"fmt"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/logs"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// finding fills ev from a finding of GuardDuty or Security Hub. A version of a
// finding is one, whichever of the two brings it.
func (r *resolver) finding(kind decode.Kind, f *finding.Finding, c logs.Context, raw []byte, ev *event) {
	ev.Origin = warehouse.FromGuardDuty
	if kind == decode.KindASFF {
		ev.Origin = warehouse.FromSecurityHub
	}
	ev.Time = f.Updated
	ev.EventID = clip(f.Key())
	ev.Raw = raw
	ev.Account = r.name(entity.AwsAccount, c.Account, c.Account)
	ev.Region = r.name(entity.Region, first(f.Region, c.Region), "")
	ev.Key = r.duplicateKey(ev.EventID, c.Account)
	ev.Print = findingPrint(kind, f)

	id := r.entity(f.Ref())
	ev.finding = &warehouse.FindingVersion{
		Finding: id, Updated: f.Updated, Created: f.Created, First: f.FirstSeen, Last: f.LastSeen,
		Account: ev.Account, Region: ev.Region, Product: clip(f.Product), Type: clip(f.Type), Title: clip(f.Title),
		Severity: f.Severity, Label: f.SeverityLabel, Count: int64(f.Count), Archived: f.Archived, Sequence: f.Sequence,
		Workflow: clip(f.Workflow), Compliance: clip(f.Compliance),
	}
	ev.links = nil
	for _, x := range f.Resources {
		of := r.entity(x.Ref)
		if x.Role == finding.Actor {
			ev.links = append(ev.links, link{of, id, warehouse.ActsIn})
			continue
		}
		ev.links = append(ev.links, link{id, of, warehouse.Involves})
	}
	for _, remote := range f.Remotes {
		address := r.entity(entity.Ref{Type: entity.IPAddress, Key: remote.Addr.String(), Label: remote.Addr.String()})
		kind := link{id, address, warehouse.Involves}
		if remote.Direction == finding.Inbound {
			kind = link{address, id, warehouse.ActsIn}
		}
		ev.links = append(ev.links, kind)
	}
	for _, l := range f.Links {
		if l, ok := r.fact(l); ok {
			ev.links = append(ev.links, l)
		}
	}
}

// findingPrint tells whether two copies of a version say the same. Their
// bytes would not do: GuardDuty and Security Hub write one version
// differently, and so does each of them after a while (who has seen it, when
// it was processed).
func findingPrint(kind decode.Kind, f *finding.Finding) uint32 {
	essence := fmt.Sprintf("%s\x00%.1f", f.Type, f.Severity)
	if kind == decode.KindASFF && !f.ViaSecurityHub {
		essence += fmt.Sprintf("\x00%s\x00%s\x00%t", f.Compliance, f.Workflow, f.Archived)
	}
	return printOf(xxh3.HashString(essence))
}

// fact turns what a finding tells of two entities into a link of the graph.
func (r *resolver) fact(l finding.Link) (link, bool) {
	kinds := map[finding.LinkKind]warehouse.LinkKind{
		finding.HasInterface: warehouse.HasInterface, finding.HasAddress: warehouse.HoldsAddress, finding.HasRole: warehouse.HasRole,
		finding.SessionOf: warehouse.SessionOf, finding.InCluster: warehouse.InCluster, finding.RunsImage: warehouse.RunsImage,
		finding.RunsAs: warehouse.RunsAs, finding.RunsOn: warehouse.RunsOn, finding.ActedOn: warehouse.ActedOn,
		finding.Impersonated: warehouse.Impersonated, finding.SignalOf: warehouse.SignalOf,
	}
	if kind, ok := kinds[l.Kind]; ok {
		return link{r.entity(l.From), r.entity(l.To), kind}, true
	}
	switch l.Kind {
	case finding.KeyOf: // the graph has it the other way round, as CloudTrail tells it
		return link{r.entity(l.To), r.entity(l.From), warehouse.HoldsKey}, true
	case finding.IdentityOf:
		return link{r.entity(l.To), r.entity(l.From), warehouse.MapsTo}, true
	}
	return link{}, false
}
