package orgs

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
)

// FuzzAWSAnswers: whatever is answered, the result is an organization that
// check finds nothing wrong with, or an error and nothing beside it.
func FuzzAWSAnswers(f *testing.F) {
	for _, s := range [][3]string{
		{anOrganization, theAccounts, nobody},
		{anOrganization, theAccounts, `{"DelegatedAdministrators": [{"Id": "222222222222", "DelegationEnabledDate": 1}, {"Id": "222222222222"}]}`},
		{anOrganization, paged, nobody},
		{`{"Organization": {"Id": "o-"}}`, `{"Accounts": [null]}`, `{"DelegatedAdministrators": [null]}`},
		{`{}`, `{"Accounts": [{"JoinedTimestamp": 1e300, "State": "ACTIVE"}]}`, ``},
		{anOrganization, `{"Accounts": [{"Id": "111111111111", "Status": "PENDING_CLOSURE"}]}`, `<`},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, organization, accounts, admins string) {
		a := &AWS{organizations.New(organizations.Options{
			Region: "us-east-1", Retryer: aws.NopRetryer{}, Credentials: aws.AnonymousCredentials{},
			HTTPClient: doer(func(r *http.Request) (*http.Response, error) {
				_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
				text := map[string]string{"DescribeOrganization": organization, "ListAccounts": accounts, "ListDelegatedAdministrators": admins}[operation]
				return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader([]byte(text))), Request: r}, nil
			}),
		})}
		o, err := a.Organization(t.Context())
		if err != nil {
			if o.ID != "" || o.ManagementAccountID != "" || o.DelegatedAdministrator != "" || o.Accounts != nil {
				t.Errorf("Organization() = %+v, %v; want nothing beside the error", o, err)
			}
			return
		}
		if err := check(o); err != nil {
			t.Errorf("Organization() = %+v: %v", o, err)
		}
	})
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }
