package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) ListDatasourcePackages(ctx context.Context, c detective.Caller, in *ListDatasourcePackagesRequest) (*ListDatasourcePackagesResponse, error) {
	list, next, err := s.backend.ListDatasourcePackages(ctx, c, *in.GraphArn, page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ListDatasourcePackagesResponse{DatasourcePackages: map[DatasourcePackage]DatasourcePackageIngestDetail{}, NextToken: present(next)}
	for _, p := range list {
		out.DatasourcePackages[DatasourcePackage(p.Name)] = DatasourcePackageIngestDetail{
			DatasourcePackageIngestState: present(DatasourcePackageIngestState(p.History.State)),
			LastIngestStateChange:        stateChanges(p.History),
		}
	}
	return out, nil
}

func (s *service) UpdateDatasourcePackages(ctx context.Context, c detective.Caller, in *UpdateDatasourcePackagesRequest) error {
	wanted := make([]control.Package, len(in.DatasourcePackages))
	for i, p := range in.DatasourcePackages {
		wanted[i] = control.Package(p)
	}
	return s.backend.UpdateDatasourcePackages(ctx, c, *in.GraphArn, wanted)
}

func (s *service) BatchGetGraphMemberDatasources(ctx context.Context, c detective.Caller, in *BatchGetGraphMemberDatasourcesRequest) (*BatchGetGraphMemberDatasourcesResponse, error) {
	list, left, err := s.backend.BatchGetGraphMemberDatasources(ctx, c, *in.GraphArn, in.AccountIds)
	if err != nil {
		return nil, err
	}
	return &BatchGetGraphMemberDatasourcesResponse{MemberDatasources: membershipDatasources(list), UnprocessedAccounts: unprocessed(left)}, nil
}

func (s *service) BatchGetMembershipDatasources(ctx context.Context, c detective.Caller, in *BatchGetMembershipDatasourcesRequest) (*BatchGetMembershipDatasourcesResponse, error) {
	list, left, err := s.backend.BatchGetMembershipDatasources(ctx, c, in.GraphArns)
	if err != nil {
		return nil, err
	}
	out := &BatchGetMembershipDatasourcesResponse{MembershipDatasources: membershipDatasources(list)}
	for _, u := range left {
		out.UnprocessedGraphs = append(out.UnprocessedGraphs, UnprocessedGraph{GraphArn: &u.GraphARN, Reason: &u.Reason})
	}
	return out, nil
}

func membershipDatasources(list []detective.AccountPackages) []MembershipDatasources {
	out := make([]MembershipDatasources, len(list))
	for i := range list {
		history := map[DatasourcePackage]map[DatasourcePackageIngestState]TimestampForCollection{}
		for name, h := range list[i].Packages.All() {
			history[DatasourcePackage(name)] = stateChanges(h)
		}
		out[i] = MembershipDatasources{
			AccountId: &list[i].AccountID, GraphArn: &list[i].GraphARN, DatasourcePackageIngestHistory: history,
		}
	}
	return out
}

func stateChanges(h control.PackageHistory) map[DatasourcePackageIngestState]TimestampForCollection {
	out := make(map[DatasourcePackageIngestState]TimestampForCollection, len(h.Changed))
	for state, at := range h.Changed {
		out[DatasourcePackageIngestState(state)] = TimestampForCollection{Timestamp: timestamp(at)}
	}
	return out
}
