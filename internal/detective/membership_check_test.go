package detective

import (
	"context"
	"maps"
	"time"

	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// actOrganization makes one call about the organization's administrator.
func (d *drama) actOrganization(ctx context.Context, rt *rapid.T) {
	switch rapid.SampledFrom([]string{"enable", "enable", "disable", "update", "update"}).Draw(rt, "call") {
	case "enable":
		c := d.caller(rt)
		if rapid.IntRange(0, 4).Draw(rt, "anybody") > 0 {
			c.AccountID = admin.AccountID
		}
		d.enableAdmin(ctx, rt, c, d.account(rt))
	case "disable":
		c := d.caller(rt)
		want := d.managed(c)
		a := d.admins[c.Region]
		d.same(rt, "DisableOrganizationAdminAccount", d.l.DisableOrganizationAdminAccount(ctx, c), want)
		if want == "" && a != nil { // without one there is nothing to do
			d.deleteGraph(d.graphs[a.arn])
		}
	case "update":
		c, arn := d.to(rt, false)
		if a := d.admins[region]; a != nil && rapid.Bool().Draw(rt, "the organization's") {
			c, arn = Caller{AccountID: a.account, Region: region}, a.arn
		}
		auto := rapid.SampledFrom([]*bool{new(bool), ptr(true), ptr(true), nil}).Draw(rt, "AutoEnable")
		g, want := d.administered(c, arn)
		if g != nil && !d.isOrgGraph(g) {
			want = Validation
		}
		d.same(rt, "UpdateOrganizationConfiguration", d.l.UpdateOrganizationConfiguration(ctx, c, arn, auto), want)
		if want == "" && auto != nil {
			d.admins[g.region].autoEnable = *auto
		}
	}
}

func (d *drama) enableAdmin(ctx context.Context, rt *rapid.T, c Caller, id string) {
	want := d.managed(c)
	if want == "" {
		want = d.mayAdminister(id, c.Region)
	}
	d.same(rt, "EnableOrganizationAdminAccount", d.l.EnableOrganizationAdminAccount(ctx, c, id), want)
	if want != "" {
		return
	}
	g := d.of(id, c.Region)
	if g == nil {
		made, err := d.l.GraphOf(ctx, id, c.Region)
		must(rt, err)
		g = d.createGraph(Caller{AccountID: id, Region: c.Region}, made.ARN)
		d.arns = append(d.arns, made.ARN)
	}
	d.enable(g)
}

func ptr[T any](v T) *T { return &v }

// actDirectory changes the organization directory.
func (d *drama) actDirectory(ctx context.Context, rt *rapid.T) {
	change := rapid.SampledFrom([]string{
		"join", "join", "join", "leave", "suspend", "suspend", "restore", "restore", "close", "delegate", "undelegate", "join suspended", "disband",
	}).Draw(rt, "change")
	if change == "disband" && rapid.Bool().Draw(rt, "not yet") {
		change = "join"
	}
	if d.org.ID == "" {
		change = "found"
	}
	d.direct(ctx, rt, change, d.account(rt), rapid.Bool().Draw(rt, "keeps its role"))
}

func (d *drama) direct(ctx context.Context, rt *rapid.T, change, account string, keeps bool) {
	var next control.Organization
	must(rt, d.l.ApplyOrganization(ctx, func(o control.Organization) (control.Organization, error) {
		d.equal(rt, "the organization", d.org, o)
		next = edited(o, change, account, keeps, d.now())
		return next, nil
	}))
	d.reorganize(next)
}

// actAsk reads what is not in the state that is compared after each step.
func (d *drama) actAsk(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, rapid.Bool().Draw(rt, "as a member"))
	g, refused := d.administered(c, arn)
	ids := rapid.SliceOfN(rapid.SampledFrom(societyAccounts), 1, 4).Draw(rt, "accounts")

	_, _, err := d.l.ListMembers(ctx, c, arn, Page{})
	d.same(rt, "ListMembers", err, refused)
	found, missing, err := d.l.GetMembers(ctx, c, arn, ids)
	d.same(rt, "GetMembers", err, refused)
	states, others, err := d.l.BatchGetGraphMemberDatasources(ctx, c, arn, ids)
	d.same(rt, "BatchGetGraphMemberDatasources", err, refused)
	_, _, err = d.l.ListDatasourcePackages(ctx, c, arn, Page{})
	d.same(rt, "ListDatasourcePackages", err, refused)
	want := refused
	if g != nil && !d.isOrgGraph(g) {
		want = Validation
	}
	auto, err := d.l.DescribeOrganizationConfiguration(ctx, c, arn)
	d.same(rt, "DescribeOrganizationConfiguration", err, want)
	if want == "" {
		d.equal(rt, "AutoEnable", d.admins[g.region].autoEnable, auto)
	}
	if g == nil {
		return
	}
	var members []*societyMember
	var none, nothing []string
	packages := map[string]histories{}
	for _, id := range distinct(ids) {
		switch m := g.members[id]; {
		case m != nil:
			members = append(members, m)
			packages[id] = m.taken
		case id == g.account:
			none = append(none, id)
			packages[id] = g.packages
		default:
			none, nothing = append(none, id), append(nothing, id)
		}
	}
	d.equal(rt, "GetMembers: MemberDetails", d.views(g, members), plain(found))
	d.equal(rt, "GetMembers: UnprocessedAccounts", none, idsOf(missing))
	d.equal(rt, "BatchGetGraphMemberDatasources: MemberDatasources", packages, byAccount(states))
	d.equal(rt, "BatchGetGraphMemberDatasources: UnprocessedAccounts", nothing, idsOf(others))
}

func byAccount(all []AccountPackages) map[string]histories {
	out := map[string]histories{}
	for _, p := range all {
		out[p.AccountID] = p.Packages.All()
	}
	return out
}

// view is what the API says of a member, but for the details of its usage.
type view struct {
	Member
	Taken histories
}

// views is what the API should say of members.
func (d *drama) views(g *societyGraph, members []*societyMember) []view {
	out := []view{}
	for _, m := range members {
		v := view{Member{Member: m.Member, AdministratorID: g.account}, m.taken}
		if m.Status == control.MemberEnabled || m.Status == control.MemberAcceptedButDisabled {
			v.Accepted, v.Usage.BytesPerDay[1] = true, g.usage[m.AccountID]
			v.Percent = float64(g.usage[m.AccountID]) / worldBytesPerDay * 100
		}
		out = append(out, v)
	}
	return out
}

// plain is what it does say.
func plain(all []Member) []view {
	out := []view{}
	for _, m := range all {
		v := view{m, m.Packages.All()}
		v.Packages, v.Usage.Updated, v.UsageUpdated = "", time.Time{}, time.Time{}
		out = append(out, v)
	}
	return out
}

// checkGraph compares all that there is of a graph with the model.
func (d *drama) checkGraph(ctx context.Context, rt *rapid.T, arn string) {
	d.equal(rt, "mails", d.mails, d.l.mailer.sent)
	g := d.graphs[arn]
	if g == nil || g.deleting {
		for _, a := range societyAccounts {
			_, _, err := d.l.ListMembers(ctx, Caller{AccountID: a, Region: region}, arn, Page{})
			d.same(rt, "ListMembers of no graph", err, ResourceNotFound)
		}
		return
	}
	c := Caller{AccountID: g.account, Region: g.region}
	var members []Member
	for p := (Page{Limit: 1}); ; p.Limit++ {
		page, next, err := d.l.ListMembers(ctx, c, arn, p)
		d.same(rt, "ListMembers", err, "")
		if members = append(members, page...); len(page) > p.Limit || next != "" && len(page) != p.Limit {
			rt.Fatalf("ListMembers: a page of %d has %d entries, next %q", p.Limit, len(page), next)
		}
		if p.Token = next; next == "" {
			break
		}
	}
	d.equal(rt, "members of "+arn, d.views(g, g.sorted()), plain(members))

	packages := histories{}
	list, _, err := d.l.ListDatasourcePackages(ctx, c, arn, Page{})
	must(rt, err)
	for _, p := range list {
		packages[p.Name] = p.History
	}
	d.equal(rt, "packages of "+arn, g.packages, packages)

	now, err := d.l.store.Membership(ctx, arn)
	must(rt, err)
	d.equal(rt, "accounts that are taken", d.taken(g), now.Accounts)
	if last, ok := d.membership[arn]; ok && (now.Version < last.Version || now.Version == last.Version && !maps.Equal(now.Accounts, last.Accounts)) {
		rt.Fatalf("the membership of %s went from %v to %v", arn, last, now)
	}
	d.membership[arn] = now
}

// checkAccount compares all that an account sees in a Region with the model.
func (d *drama) checkAccount(ctx context.Context, rt *rapid.T, c Caller) {
	var graphs []string
	var invitations []view
	packages, strange := map[string]histories{}, []string{}
	for _, g := range d.active() {
		if g.region != c.Region {
			continue
		}
		if g.account == c.AccountID {
			graphs = append(graphs, g.arn)
			packages[g.arn] = g.packages
		}
		if m := g.members[c.AccountID]; told(m) {
			invitations = append(invitations, d.views(g, []*societyMember{m})...)
			packages[g.arn] = m.taken
		}
	}
	list, _, err := d.l.ListGraphs(ctx, c, Page{})
	must(rt, err)
	var arns []string
	for _, g := range list {
		arns = append(arns, g.ARN)
	}
	d.equal(rt, "ListGraphs", graphs, arns)

	var got []Member
	for p := (Page{Limit: 1}); ; p.Limit++ {
		page, next, err := d.l.ListInvitations(ctx, c, p)
		d.same(rt, "ListInvitations", err, "")
		got = append(got, page...)
		if p.Token = next; next == "" {
			break
		}
	}
	d.equal(rt, "ListInvitations of "+c.AccountID, invitations, plain(got))

	states, left, err := d.l.BatchGetMembershipDatasources(ctx, c, d.arns)
	must(rt, err)
	taken := map[string]histories{}
	for _, p := range states {
		taken[p.GraphARN] = p.Packages.All()
	}
	for _, arn := range d.arns {
		if packages[arn] == nil {
			strange = append(strange, arn)
		}
	}
	var unprocessed []string
	for _, u := range left {
		unprocessed = append(unprocessed, u.GraphARN)
	}
	d.equal(rt, "MembershipDatasources", packages, taken)
	d.equal(rt, "UnprocessedGraphs", strange, unprocessed)

	admins, next, err := d.l.ListOrganizationAdminAccounts(ctx, c, Page{})
	want := d.managed(c)
	d.same(rt, "ListOrganizationAdminAccounts", err, want)
	var wantAdmins []control.OrganizationAdmin
	if a := d.admins[c.Region]; a != nil && want == "" {
		wantAdmins = []control.OrganizationAdmin{{Region: c.Region, AccountID: a.account, GraphARN: a.arn, Delegated: a.delegated, AutoEnable: a.autoEnable}}
	}
	d.equal(rt, "ListOrganizationAdminAccounts", wantAdmins, admins)
	if next != "" {
		rt.Fatalf("ListOrganizationAdminAccounts goes on after its one entry: %q", next)
	}
}
