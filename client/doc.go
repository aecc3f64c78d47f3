// Package client is a low-level client of the Amazon Detective API, for
// gumshoe and for Amazon Detective itself.
//
// A [Client] embeds the client of aws-sdk-go-v2/service/detective, so that its
// 29 operations, its types and its errors are those of the SDK. The package
// adds what the SDK lacks:
//
//   - paginators of ListInvestigations and ListIndicators, in the shape of the
//     five that the SDK has, and [CanPaginate];
//   - an iterator over the items of every list operation: [Client.Graphs],
//     [Client.Members], [Client.Invitations], [Client.Investigations],
//     [Client.Indicators], [Client.OrganizationAdminAccounts] and
//     [Client.DatasourcePackages];
//   - waiters: [NewMemberEnabledWaiter], [NewInvitationReceivedWaiter],
//     [NewGraphGoneWaiter] and [NewInvestigationFinishedWaiter];
//   - [Client.Close].
//
// # Where it connects to
//
// Endpoint, region and credentials are found as every program that uses the
// SDK finds them. One variable is the whole difference between AWS and a
// server of one's own:
//
//	AWS_ENDPOINT_URL_DETECTIVE=https://gumshoe.example.com:8443
//
// Without it the client speaks to Amazon Detective in the region of AWS_REGION
// or of the profile. [WithEndpoint], [WithRegion] and [WithConfig] say it in
// the program instead.
//
// # Imports
//
// The package is a module of its own. It imports the standard library and
// aws-sdk-go-v2 with its smithy-go, and nothing of the server.
package client
