package clients

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// Resource aws_detective_invitation_accepter.

func (tf *terraform) accepterCreate(id, arn string) error {
	c := tf.client(id, usEast1)
	if _, err := c.AcceptInvitation(tf.t.Context(), &detective.AcceptInvitationInput{GraphArn: &arn}); err != nil {
		return err
	}
	return tf.accepterRead(id, arn)
}

func (tf *terraform) accepterRead(id, arn string) error {
	for p := detective.NewListInvitationsPaginator(tf.client(id, usEast1), &detective.ListInvitationsInput{}); p.HasMorePages(); {
		page, err := p.NextPage(tf.t.Context())
		if err != nil {
			return err
		}
		for _, m := range page.Invitations {
			if *m.GraphArn == arn {
				return nil
			}
		}
	}
	return errNotFound
}

func (tf *terraform) accepterDelete(id, arn string) error {
	_, err := tf.client(id, usEast1).DisassociateMembership(tf.t.Context(), &detective.DisassociateMembershipInput{GraphArn: &arn})
	if isA[*types.ResourceNotFoundException](err) {
		return nil
	}
	return err
}

// Resource aws_detective_organization_admin_account.

func (tf *terraform) adminCreate(id, region, account string) error {
	_, err := tf.client(id, region).EnableOrganizationAdminAccount(tf.t.Context(), &detective.EnableOrganizationAdminAccountInput{AccountId: &account})
	if err != nil {
		return err
	}
	_, err = retry(tf.t.Context(), func(_ string, err error) bool { return errors.Is(err, errNotFound) },
		func() (string, error) { return tf.adminRead(id, region, account) })
	if err != nil {
		return err
	}
	_, err = tf.adminRead(id, region, account)
	return err
}

// adminRead returns the graph of the administrator.
func (tf *terraform) adminRead(id, region, account string) (graph string, err error) {
	for p := detective.NewListOrganizationAdminAccountsPaginator(tf.client(id, region), &detective.ListOrganizationAdminAccountsInput{}); p.HasMorePages(); {
		page, err := p.NextPage(tf.t.Context())
		if isA[*types.ValidationException](err) && strings.Contains(err.Error(), "account is not a member of an organization") {
			return "", errNotFound
		}
		if err != nil {
			return "", err
		}
		for _, a := range page.Administrators {
			if *a.AccountId == account {
				return *a.GraphArn, nil
			}
		}
	}
	return "", errNotFound
}

func (tf *terraform) adminDelete(id, region, account string) error {
	_, err := tf.client(id, region).DisableOrganizationAdminAccount(tf.t.Context(), &detective.DisableOrganizationAdminAccountInput{})
	if isA[*types.ResourceNotFoundException](err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = retry(tf.t.Context(), func(_ string, err error) bool { return err == nil },
		func() (string, error) { return tf.adminRead(id, region, account) })
	if errors.Is(err, errNotFound) {
		return nil
	}
	return err
}

// Resource aws_detective_organization_configuration. Its delete does nothing.

func (tf *terraform) configurationUpdate(id, arn string, autoEnable bool) (bool, error) {
	_, err := tf.client(id, usEast1).UpdateOrganizationConfiguration(tf.t.Context(), &detective.UpdateOrganizationConfigurationInput{GraphArn: &arn, AutoEnable: autoEnable})
	if err != nil {
		return false, err
	}
	return tf.configurationRead(id, arn)
}

func (tf *terraform) configurationRead(id, arn string) (bool, error) {
	out, err := tf.client(id, usEast1).DescribeOrganizationConfiguration(tf.t.Context(), &detective.DescribeOrganizationConfigurationInput{GraphArn: &arn})
	if err != nil {
		return false, err
	}
	return out.AutoEnable, nil
}
