package detective

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// managed is what an operation of the management account finds.
func (w *society) managed(c Caller) Code {
	a, ok := w.org.Account(c.AccountID)
	switch {
	case !ok || a.Status == control.AccountClosed:
		return Validation
	case c.AccountID != w.org.ManagementAccountID:
		return AccessDenied
	}
	return ""
}

// mayAdminister says why an account cannot be the administrator account of
// the organization in a Region.
func (w *society) mayAdminister(account, region string) Code {
	a, ok := w.org.Account(account)
	delegate := w.org.DelegatedAdministrator
	switch {
	case !ok || a.Status != control.AccountActive:
		return Validation
	case delegate != "" && account != delegate && account != w.org.ManagementAccountID:
		return Validation
	case w.admins[region] != nil && w.admins[region].account != account:
		return Validation
	}
	return ""
}

// enable makes the account that g belongs to the administrator account of
// the organization.
func (w *society) enable(g *societyGraph) {
	if w.org.DelegatedAdministrator == "" && g.account != w.org.ManagementAccountID {
		w.org.DelegatedAdministrator = g.account
	}
	if w.admins[g.region] != nil {
		return
	}
	w.admins[g.region] = &societyAdmin{account: g.account, arn: g.arn, delegated: w.now()}
	for _, m := range g.sorted() {
		if a, ok := w.org.Account(m.AccountID); ok {
			m.Email = cmp.Or(a.Email, m.Email)
			w.adopt(g, m)
		}
	}
}

// adopt makes a member one through the organization; what was open between
// it and the administrator is settled.
func (w *society) adopt(g *societyGraph, m *societyMember) {
	m.InvitationType = control.ByOrganization
	if m.Status != control.MemberEnabled {
		w.admit(g, m, true)
	}
}

// reorganize is a change of the organization directory.
func (w *society) reorganize(now control.Organization) {
	was := w.org
	w.org = now
	for region, a := range w.admins {
		_, belongs := now.Account(a.account)
		undelegated := was.DelegatedAdministrator == a.account && now.DelegatedAdministrator != a.account
		if !belongs || undelegated || was.ID != now.ID {
			delete(w.admins, region)
			w.expel(a.arn, "")
		}
	}
	for _, a := range was.Accounts {
		is, belongs := now.Account(a.ID)
		switch {
		case !belongs:
			for _, g := range w.active() {
				w.expel(g.arn, a.ID)
			}
		case is.Status != a.Status:
			w.changeStatus(is)
		}
	}
	for _, a := range now.Accounts {
		if _, belonged := was.Account(a.ID); belonged {
			continue
		}
		if a.Status != control.AccountActive {
			w.changeStatus(a)
			continue
		}
		w.join(a)
	}
}

// expel removes the members through the organization from a graph: one of
// them, or all.
func (w *society) expel(arn, account string) {
	maps.DeleteFunc(w.graphs[arn].members, func(id string, m *societyMember) bool {
		return m.InvitationType == control.ByOrganization && (account == "" || account == id)
	})
}

// changeStatus is what follows when an account is suspended, comes back or
// is closed.
func (w *society) changeStatus(a control.OrganizationAccount) {
	for _, g := range w.active() {
		m := g.members[a.ID]
		switch {
		case a.Status == control.AccountClosed && g.account == a.ID:
			w.deleteGraph(g)
		case a.Status == control.AccountClosed:
			delete(g.members, a.ID)
		case m != nil && (m.Status == control.MemberEnabled || m.Status == control.MemberAcceptedButDisabled):
			w.admit(g, m, true)
		}
	}
}

// join is what follows when an account joins the organization.
func (w *society) join(a control.OrganizationAccount) {
	for _, region := range slices.Sorted(maps.Keys(w.admins)) {
		admin := w.admins[region]
		g := w.graphs[admin.arn]
		m := g.members[a.ID]
		switch {
		case admin.account == a.ID:
		case m != nil:
			w.adopt(g, m)
		case admin.autoEnable && len(g.members) < worldMembers:
			w.adopt(g, &societyMember{control.Member{GraphARN: g.arn, AccountID: a.ID, Email: a.Email, Invited: w.now()}, histories{}})
		}
	}
}

// edited returns an organization with one change of the directory. A change
// that makes no sense is none.
func edited(o control.Organization, change, account string, keepsRole bool, at time.Time) control.Organization {
	o.Accounts = slices.Clone(o.Accounts)
	i := slices.IndexFunc(o.Accounts, func(a control.OrganizationAccount) bool { return a.ID == account })
	enter := func(id string, status control.AccountStatus) {
		o.Accounts = append(o.Accounts, control.OrganizationAccount{ID: id, Email: "org-" + id + "@example.com", Status: status, Joined: at})
		slices.SortFunc(o.Accounts, func(a, b control.OrganizationAccount) int { return cmp.Compare(a.ID, b.ID) })
	}
	setTo := func(status control.AccountStatus, from ...control.AccountStatus) {
		if slices.Contains(from, o.Accounts[i].Status) {
			o.Accounts[i].Status = status
			if o.DelegatedAdministrator == account && !keepsRole {
				o.DelegatedAdministrator = ""
			}
		}
	}
	switch {
	case change == "found" && o.ID == "":
		o.ID, o.ManagementAccountID = "o-exampleorg1", admin.AccountID
		enter(admin.AccountID, control.AccountActive)
		if account != admin.AccountID {
			enter(account, control.AccountActive)
		}
	case o.ID == "" || account == o.ManagementAccountID:
	case change == "disband":
		return control.Organization{}
	case change == "join" && i < 0:
		enter(account, control.AccountActive)
	case change == "join suspended" && i < 0:
		enter(account, control.AccountSuspended)
	case change == "undelegate":
		o.DelegatedAdministrator = ""
	case i < 0:
	case change == "leave":
		o.Accounts = slices.Delete(o.Accounts, i, i+1)
		if o.DelegatedAdministrator == account {
			o.DelegatedAdministrator = ""
		}
	case change == "suspend":
		setTo(control.AccountSuspended, control.AccountActive)
	case change == "restore":
		setTo(control.AccountActive, control.AccountSuspended)
	case change == "close":
		setTo(control.AccountClosed, control.AccountActive, control.AccountSuspended)
	case change == "delegate" && o.Accounts[i].Status == control.AccountActive:
		o.DelegatedAdministrator = account
	}
	return o
}
