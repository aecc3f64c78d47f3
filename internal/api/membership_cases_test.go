package api

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// The members of the golden files, one of each kind.
func invitedMember() detective.Member {
	return detective.Member{AdministratorID: testAccount, Member: control.Member{
		GraphARN: testARN, AccountID: "111122223333", Email: "first@example.com", Status: control.MemberInvited,
		InvitationType: control.ByInvitation, Invited: testCreated, Updated: testCreated.Add(time.Minute), Packages: neverTaken(),
	}}
}

// enabledMember has sent records of two packages; a third has none.
func enabledMember() detective.Member {
	worked := testCreated.Add(24 * time.Hour)
	packages := neverTaken()
	packages.Set(control.DetectiveCore, true, testCreated)
	return detective.Member{
		AdministratorID: testAccount, Accepted: true, UsageUpdated: worked, Percent: 25,
		Member: control.Member{
			GraphARN: testARN, AccountID: "444455556666", Email: "second@example.com", Status: control.MemberEnabled,
			InvitationType: control.ByOrganization, Invited: testCreated, Updated: worked, Packages: packages,
			Usage: control.MemberUsage{BytesPerDay: [3]int64{0, 39_000_000_000, 1_000_000_000}, Updated: worked},
		},
	}
}

// disabledMember has accepted and sent nothing yet; its address is not known.
func disabledMember() detective.Member {
	packages := neverTaken()
	packages.Set(control.DetectiveCore, true, testCreated)
	packages.Set(control.DetectiveCore, false, testCreated.Add(time.Hour))
	return detective.Member{AdministratorID: testAccount, Accepted: true, Member: control.Member{
		GraphARN: testARN, AccountID: "777788889999", Status: control.MemberAcceptedButDisabled, DisabledReason: control.VolumeTooHigh,
		InvitationType: control.ByInvitation, Invited: testCreated, Updated: testCreated, Packages: packages,
	}}
}

func allMembers() []detective.Member {
	return []detective.Member{invitedMember(), enabledMember(), disabledMember()}
}

func memberCases() []operationCase {
	left := []detective.Unprocessed{{AccountID: "999999999999", Reason: "Account is already a member"}}
	verifying := invitedMember()
	verifying.Status = control.MemberVerificationInProgress
	const accounts = `,"AccountIds":["444455556666","999999999999"]}`
	return []operationCase{
		{"CreateMembers", &fake{members: []detective.Member{verifying}, left: left}, "POST", "/graph/members",
			graphBody + `,"Accounts":[{"AccountId":"111122223333","EmailAddress":"first@example.com"},{"AccountId":"999999999999"}],"Message":"Grüße\n👋","DisableEmailNotification":true}`},
		{"CreateMembers, none", &fake{}, "POST", "/graph/members", graphBody + `,"Accounts":[{"AccountId":"111122223333","EmailAddress":null}],"DisableEmailNotification":false}`},
		{"DeleteMembers", &fake{removed: []string{"444455556666"}, left: left}, "POST", "/graph/members/removal", graphBody + accounts},
		{"DeleteMembers, none", &fake{}, "POST", "/graph/members/removal", graphBody + accounts},
		{"GetMembers", &fake{members: []detective.Member{enabledMember()}, left: left}, "POST", "/graph/members/get", graphBody + accounts},
		{"GetMembers, none", &fake{}, "POST", "/graph/members/get", graphBody + accounts},
		{"ListMembers", &fake{members: allMembers(), next: "more"}, "POST", "/graph/members/list", graphBody + `,"MaxResults":3,"NextToken":"t"}`},
		{"ListMembers, none", &fake{}, "POST", "/graph/members/list", graphBody + `}`},
		{"StartMonitoringMember", &fake{}, "POST", "/graph/member/monitoringstate", graphBody + `,"AccountId":"777788889999"}`},
		{"AcceptInvitation", &fake{}, "PUT", "/invitation", graphBody + `}`},
		{"RejectInvitation", &fake{}, "POST", "/invitation/removal", graphBody + `}`},
		{"DisassociateMembership", &fake{}, "POST", "/membership/removal", graphBody + `}`},
		{"ListInvitations", &fake{members: []detective.Member{invitedMember()}, next: "more"}, "POST", "/invitations/list", `{"MaxResults":1,"NextToken":"t"}`},
		{"ListInvitations, none", &fake{}, "POST", "/invitations/list", `{}`},
	}
}

func datasourceCases() []operationCase {
	packages := neverTaken()
	packages.Set(control.DetectiveCore, true, testCreated)
	packages.Set(control.EKSAudit, true, testCreated)
	packages.Set(control.EKSAudit, false, testCreated.Add(time.Hour))
	var states []detective.PackageState
	for _, name := range control.AllPackages() {
		states = append(states, detective.PackageState{Name: name, History: packages.History(name)})
	}
	histories := []detective.AccountPackages{{AccountID: "444455556666", GraphARN: testARN, Packages: packages}}
	return []operationCase{
		{"ListDatasourcePackages", &fake{packages: states}, "POST", "/graph/datasources/list", graphBody + `}`},
		{"ListDatasourcePackages, page", &fake{packages: states[:1], next: "more"}, "POST", "/graph/datasources/list", graphBody + `,"MaxResults":1,"NextToken":"t"}`},
		{"ListDatasourcePackages, none", &fake{}, "POST", "/graph/datasources/list", graphBody + `}`},
		{"UpdateDatasourcePackages", &fake{}, "POST", "/graph/datasources/update", graphBody + `,"DatasourcePackages":["DETECTIVE_CORE","EKS_AUDIT"]}`},
		{"BatchGetGraphMemberDatasources", &fake{histories: histories, left: []detective.Unprocessed{{AccountID: "999999999999", Reason: "no member"}}},
			"POST", "/graph/datasources/get", graphBody + `,"AccountIds":["444455556666","999999999999"]}`},
		{"BatchGetGraphMemberDatasources, none", &fake{}, "POST", "/graph/datasources/get", graphBody + `,"AccountIds":["444455556666"]}`},
		{"BatchGetMembershipDatasources", &fake{histories: histories, leftGraphs: []detective.UnprocessedGraph{{GraphARN: testARN, Reason: "no member"}}},
			"POST", "/membership/datasources/get", `{"GraphArns":["` + testARN + `"]}`},
		{"BatchGetMembershipDatasources, none", &fake{}, "POST", "/membership/datasources/get", `{"GraphArns":["` + testARN + `"]}`},
	}
}

func organizationCases() []operationCase {
	admin := control.OrganizationAdmin{Region: "us-east-1", AccountID: testAccount, GraphARN: testARN, Delegated: testCreated, AutoEnable: true}
	const describe, change = "/orgs/describeOrganizationConfiguration", "/orgs/updateOrganizationConfiguration"
	return []operationCase{
		{"EnableOrganizationAdminAccount", &fake{}, "POST", "/orgs/enableAdminAccount", `{"AccountId":"123456789012"}`},
		{"DisableOrganizationAdminAccount", &fake{}, "POST", "/orgs/disableAdminAccount", ""},
		{"ListOrganizationAdminAccounts", &fake{admins: []control.OrganizationAdmin{admin}, next: "more"}, "POST", "/orgs/adminAccountslist", `{"MaxResults":1,"NextToken":"t"}`},
		{"ListOrganizationAdminAccounts, none", &fake{}, "POST", "/orgs/adminAccountslist", `{}`},
		{"DescribeOrganizationConfiguration, on", &fake{autoEnable: true}, "POST", describe, graphBody + `}`},
		{"DescribeOrganizationConfiguration, off", &fake{}, "POST", describe, graphBody + `}`},
		{"UpdateOrganizationConfiguration, on", &fake{}, "POST", change, graphBody + `,"AutoEnable":true}`},
		{"UpdateOrganizationConfiguration, off", &fake{}, "POST", change, graphBody + `,"AutoEnable":false}`},
		{"UpdateOrganizationConfiguration, unset", &fake{}, "POST", change, graphBody + `}`},
	}
}

// neverTaken are packages that are all DISABLED.
func neverTaken() (p control.Packages) {
	for _, name := range control.AllPackages() {
		p.Set(name, false, testCreated)
	}
	return p
}
