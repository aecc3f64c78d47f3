package orgs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// requestTimeout ends an attempt of one call that hangs; the SDK has no such
// limit. A guess: a page of 20 accounts takes well under a second.
const requestTimeout = 30 * time.Second

// AWS asks AWS Organizations. Its credentials must be of the management
// account, or, for reading only, of a delegated administrator. It is safe
// for concurrent use.
type AWS struct{ client *organizations.Client }

// AWSOptions say how to reach AWS Organizations. The zero value leaves all
// to the SDK's own chain: environment, shared files, container, instance.
type AWSOptions struct {
	Endpoint string // base URL; empty for AWS's own or AWS_ENDPOINT_URL_ORGANIZATIONS
	Profile  string // of the shared configuration files; empty for the default one
	Region   string // where the SDK's chain names none; any of the partition will do
}

// NewAWS returns the source that asks AWS Organizations. It sends nothing
// yet; credentials are looked for at the first call.
func NewAWS(ctx context.Context, opts AWSOptions) (*AWS, error) {
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(requestTimeout)),
	}
	if opts.Region != "" {
		load = append(load, config.WithDefaultRegion(opts.Region))
	}
	if opts.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(opts.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration for AWS Organizations: %w", err)
	}
	if cfg.Region == "" {
		return nil, errors.New("load AWS configuration for AWS Organizations: no Region: set AWS_REGION, or region in the profile")
	}
	return &AWS{organizations.NewFromConfig(cfg, func(o *organizations.Options) {
		if opts.Endpoint != "" {
			o.BaseEndpoint = aws.String(opts.Endpoint)
		}
	})}, nil
}

// Organization asks for the organization, its accounts and the delegated
// administrator, see Source. AWS answers these with separate calls: a change
// in between is seen by the next Organization, or is an error of this one.
func (s *AWS) Organization(ctx context.Context) (control.Organization, error) {
	o, err := s.organization(ctx)
	if err != nil {
		return control.Organization{}, fmt.Errorf("ask AWS Organizations for the organization: %w", explain(err))
	}
	return o, nil
}

func (s *AWS) organization(ctx context.Context) (control.Organization, error) {
	out, err := s.client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err != nil {
		return control.Organization{}, err
	}
	if out.Organization == nil {
		return control.Organization{}, errors.New("the answer to DescribeOrganization has no Organization")
	}
	o := control.Organization{
		ID:                  aws.ToString(out.Organization.Id),
		Source:              control.AWSOrganization,
		ManagementAccountID: aws.ToString(out.Organization.MasterAccountId),
	}
	if o.Accounts, err = s.accounts(ctx); err != nil {
		return control.Organization{}, err
	}
	if o.DelegatedAdministrator, err = s.delegatedAdministrator(ctx); err != nil {
		return control.Organization{}, err
	}
	if err := check(o); err != nil {
		return control.Organization{}, fmt.Errorf("the answers make no sense: %w", err)
	}
	return o, nil
}

// RegisterDelegatedAdministrator lets Detective work with the organization
// and makes the account its delegated administrator, see Source. The first
// stays done when the second is refused.
func (s *AWS) RegisterDelegatedAdministrator(ctx context.Context, accountID string) error {
	if err := s.register(ctx, accountID); err != nil {
		return fmt.Errorf("register %q with AWS Organizations as the delegated administrator for %s: %w", accountID, ServicePrincipal, explain(err))
	}
	return nil
}

func (s *AWS) register(ctx context.Context, accountID string) error {
	if !entity.IsAccountID(accountID) {
		return fmt.Errorf("%w: an account id is 12 digits", ErrNotMember)
	}
	// Without it AWS refuses with SERVICE_ACCESS_NOT_ENABLED; twice is once.
	if _, err := s.client.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{
		ServicePrincipal: aws.String(ServicePrincipal),
	}); err != nil {
		return err
	}
	_, err := s.client.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{
		AccountId:        aws.String(accountID),
		ServicePrincipal: aws.String(ServicePrincipal),
	})
	if _, already := errors.AsType[*types.AccountAlreadyRegisteredException](err); already {
		return nil
	}
	return err
}

// explain wraps an error of AWS with the one that callers decide on.
func explain(err error) error {
	if _, ok := errors.AsType[*types.AWSOrganizationsNotInUseException](err); ok {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	if _, ok := errors.AsType[*types.AccountNotFoundException](err); ok {
		return fmt.Errorf("%w: %w", ErrNotMember, err)
	}
	if c, ok := errors.AsType[*types.ConstraintViolationException](err); ok {
		return fmt.Errorf("%w: %s: %w", ErrRefused, c.Reason, err)
	}
	return err
}
