package control

import "testing"

func TestOrganizationAccount(t *testing.T) {
	t.Parallel()
	o := Organization{ManagementAccountID: "000000000001", Accounts: []OrganizationAccount{
		{ID: "000000000001", Name: "first"}, {ID: "000000000003", Name: "last"},
	}}
	for id, want := range map[string]string{"000000000001": "first", "000000000003": "last", "000000000002": "", "": ""} {
		if a, ok := o.Account(id); a.Name != want || ok != (want != "") {
			t.Errorf("Account(%q) = %+v, %v; want %q", id, a, ok, want)
		}
	}
}
