package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/audit"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
	"github.com/gumshoe-detective/gumshoe/internal/investigate"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
	"github.com/gumshoe-detective/gumshoe/internal/mail"
	"github.com/gumshoe-detective/gumshoe/internal/orgs"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var _ api.Backend = (*detective.Service)(nil)

// wire makes the services of an open house.
func (h *house) wire() error {
	h.investigator = investigate.New(investigate.Options{
		Rules: newRuleBook(h.rules), Places: placeBook{h.places}, Now: time.Now,
	})
	tokenKey, err := h.identity.Derive("page tokens")
	if err != nil {
		return fmt.Errorf("derive token key: %w", err)
	}
	bell := jobs.NewBell()
	o := detective.Options{
		Store: h.control, Investigator: graphInvestigator{h}, Warehouse: graphWarehouse{h},
		Organizations: directory{h.organizations}, Sealer: h.identity, TokenKey: tokenKey,
		MaxMembers: h.config.Quotas.Members, MaxBytesPerDay: h.config.Quotas.BytesPerDay,
		Wake: bell.Ring, Now: time.Now, Log: h.log,
	}
	if sender, err := h.config.Mail.sender(); err != nil {
		return err
	} else if sender != nil {
		o.Mailer = mailer{sender}
	}
	if h.detective, err = detective.New(o); err != nil {
		return err
	}
	h.jobs = jobs.New(h.control, h.detective.Handlers(), jobs.Options{Exclusive: true, Bell: bell, Now: time.Now, Log: h.log})
	return nil
}

// store opens the warehouse of a graph.
func (h *house) store(ctx context.Context, g control.Graph) (warehouse.Store, error) {
	s, err := h.engine.Open(ctx, g.WarehouseID)
	if !errors.Is(err, warehouse.ErrNoGraph) {
		return s, err
	}
	// Whoever made the graph may have been killed before its data was made.
	now, cerr := h.control.Graph(ctx, g.ARN)
	if cerr != nil || now.State != control.GraphActive || now.WarehouseID != g.WarehouseID {
		return nil, err
	}
	if err := (graphWarehouse{h}).CreateGraph(ctx, now); err != nil {
		return nil, err
	}
	return h.engine.Open(ctx, g.WarehouseID)
}

// graphWarehouse makes and removes graphs' data.
type graphWarehouse struct{ *house }

// CreateGraph implements detective.Warehouse.
func (w graphWarehouse) CreateGraph(ctx context.Context, g control.Graph) error {
	secret, err := w.detective.EntitySecret(g)
	if err != nil {
		return err
	}
	return w.engine.Create(ctx, g.WarehouseID, secret)
}

// DeleteGraph implements detective.Warehouse.
func (w graphWarehouse) DeleteGraph(ctx context.Context, g control.Graph) error {
	w.metrics.forget(g.ARN)
	return w.engine.Delete(ctx, g.WarehouseID)
}

// Usage implements detective.Warehouse.
func (w graphWarehouse) Usage(ctx context.Context, g control.Graph) ([]control.Usage, error) {
	store, err := w.store(ctx, g)
	if err != nil {
		return nil, err
	}
	volumes, err := store.Volumes(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	return detective.UsageOf(volumes, time.Now()), nil
}

// graphInvestigator investigates entities of graphs.
type graphInvestigator struct{ *house }

// Investigate implements detective.Investigator.
func (i graphInvestigator) Investigate(ctx context.Context, g control.Graph, entityARN string, from, to time.Time) (detective.Report, error) {
	report, err := i.report(ctx, g, entityARN, from, to)
	if err != nil {
		return detective.Report{}, err
	}
	doc, err := report.JSON()
	if err != nil {
		return detective.Report{}, err
	}
	return detective.Report{Severity: string(report.Severity), Indicators: report.Indicators, JSON: doc}, nil
}

// report runs an investigation in a graph.
func (h *house) report(ctx context.Context, g control.Graph, entityARN string, from, to time.Time) (*investigate.Report, error) {
	store, err := h.store(ctx, g)
	if err != nil {
		return nil, err
	}
	report, err := h.investigator.Investigate(ctx, store, entityARN, from, to)
	if err != nil {
		return nil, err
	}
	report.GraphArn = g.ARN
	return report, nil
}

// KnowsEntity implements detective.Investigator.
func (i graphInvestigator) KnowsEntity(ctx context.Context, g control.Graph, entityARN string) (bool, error) {
	store, err := i.store(ctx, g)
	if err != nil {
		return false, err
	}
	return i.investigator.Knows(ctx, store, entityARN)
}

// keyBook finds access keys for the API.
type keyBook struct{ *identity.Service }

// LookupKey implements api.KeyLookup.
func (k keyBook) LookupKey(ctx context.Context, accessKeyID string) (string, detective.Caller, error) {
	secret, p, err := k.Service.LookupKey(ctx, accessKeyID)
	if errors.Is(err, identity.ErrUnknownKey) {
		return "", detective.Caller{}, api.ErrUnknownKey
	}
	c := detective.Caller{AccountID: p.AccountID, ARN: p.ARN, AccessKeyID: accessKeyID}
	if p.Policies != nil {
		c.Permissions = permissions(p.Policies)
	}
	return secret, c, err
}

// permissions are what the policies of a key allow.
type permissions policy.Set

// Allows implements detective.Permissions.
func (p permissions) Allows(c detective.Caller, a detective.Action) bool {
	return policy.Evaluate(policy.Set(p), policy.Request{
		Action: policy.ActionOf(a.Name), Resource: a.Resource,
		ResourceTags: a.ResourceTags, RequestTags: a.RequestTags, TagKeys: a.TagKeys,
		PrincipalARN: c.ARN, Account: c.AccountID, Region: c.Region,
		SourceIP: c.SourceIP, UserAgent: c.UserAgent, Time: time.Now(),
	}) == policy.Allowed
}

// directory is the organization directory with the errors that package
// detective knows.
type directory struct{ orgs.Source }

// Organization implements detective.Organizations.
func (d directory) Organization(ctx context.Context) (control.Organization, error) {
	o, err := d.Source.Organization(ctx)
	if errors.Is(err, orgs.ErrNone) {
		return o, fmt.Errorf("%w: %w", control.ErrNotFound, err)
	}
	return o, err
}

// RegisterDelegatedAdministrator implements detective.Organizations.
func (d directory) RegisterDelegatedAdministrator(ctx context.Context, accountID string) error {
	err := d.Source.RegisterDelegatedAdministrator(ctx, accountID)
	if errors.Is(err, orgs.ErrRefused) || errors.Is(err, orgs.ErrNotMember) || errors.Is(err, orgs.ErrNone) {
		return &detective.Error{Code: detective.Validation, Message: "The organization refuses to register account " +
			accountID + " as delegated administrator for Detective."}
	}
	return err
}

// mailer sends invitations.
type mailer struct{ *mail.Sender }

// SendInvitation implements detective.Mailer.
func (m mailer) SendInvitation(ctx context.Context, i detective.Invitation) error {
	err := m.Send(ctx, mail.Invitation{
		To: i.To, MemberAccountID: i.AccountID, AdministratorAccountID: i.AdministratorID,
		AdministratorEmail: i.AdministratorTo, GraphARN: i.GraphARN, Region: i.Region,
		Message: i.Message, InvitedAt: i.Invited,
	})
	if errors.Is(err, mail.ErrPermanent) {
		return jobs.Permanent(err)
	}
	return err
}

// writeAudit writes a call down as a CloudTrail record. A call that cannot be
// written down is answered all the same; the log says so.
func (h *house) writeAudit(c api.Call) {
	log := h.audit
	if !c.Known {
		log = h.strangers
	}
	err := log.Record(audit.Call{
		Time: c.Time, EventID: uuid.NewString(), RequestID: c.RequestID, Operation: c.Operation, Region: c.Region,
		EventSource: c.Service + ".amazonaws.com",
		AccountID:   c.Caller.AccountID, ARN: c.Caller.ARN, AccessKeyID: c.Caller.AccessKeyID,
		RecipientAccountID: c.Caller.AccountID, SourceIP: c.Caller.SourceIP, UserAgent: c.Caller.UserAgent,
		ReadOnly: c.ReadOnly, Parameters: c.Parameters, ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage,
	})
	if err != nil {
		h.log.Error("a call is not in the audit log", "request_id", c.RequestID, "operation", c.Operation,
			"account", c.Caller.AccountID, "key", c.Caller.AccessKeyID, "address", c.Caller.SourceIP, "error", err)
	}
}

// newOrganizations returns the directory that the configuration names.
func (h *house) newOrganizations(ctx context.Context) (orgs.Source, error) {
	o := h.config.Organization
	if o.Source != "aws" {
		return orgs.NewOwn(h.control), nil
	}
	return orgs.NewAWS(ctx, orgs.AWSOptions{Endpoint: o.Endpoint, Profile: o.Profile, Region: h.config.Regions[0]})
}

// placeBook tells investigations where addresses are.
type placeBook struct{ *enrich.Enricher }

// Lookup implements investigate.Places.
func (b placeBook) Lookup(ip netip.Addr) investigate.Place {
	p := b.Enricher.Lookup(ip)
	return investigate.Place{Location: p.Location(), Country: p.CountryName, ASO: p.ASO}
}

// ruleBook describes rules to investigations.
type ruleBook map[string]investigate.RuleInfo

func newRuleBook(p *rules.Pack) ruleBook {
	book := ruleBook{}
	for _, r := range p.Rules() {
		tactic, technique := r.Tactic(), r.Technique()
		book[r.ID] = investigate.RuleInfo{
			ID: r.ID, Title: r.Title, Level: string(r.Level),
			TacticID: tactic.ID, Tactic: tactic.Name, TechniqueID: technique.ID, Technique: technique.Name,
			Procedure: r.Procedure, Weight: r.Weight, PerHour: r.PerHour,
		}
	}
	return book
}

// Rule implements investigate.Rules.
func (b ruleBook) Rule(id string) (investigate.RuleInfo, bool) {
	r, ok := b[id]
	return r, ok
}
