package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// GraphState says whether a graph can be used.
type GraphState string

// The states of a graph.
const (
	GraphActive   GraphState = "ACTIVE"
	GraphDeleting GraphState = "DELETING" // gone for clients, its data is being removed
)

// Graph is a behavior graph. An account has at most one ACTIVE one in a Region.
type Graph struct {
	ARN          string // see GraphARN
	AccountID    string // the administrator account
	Region       string
	WarehouseID  string // the 32 hex digits of the ARN
	Created      time.Time
	State        GraphState
	Tags         map[string]string // never nil when read
	Packages     Packages
	EntitySecret []byte // the 16 bytes of entity.Secret, sealed by package identity
}

// GraphARN returns the ARN of the graph with the given warehouse id.
func GraphARN(region, account, warehouseID string) string {
	return "arn:" + entity.Partition(region) + ":detective:" + region + ":" + account + ":graph:" + warehouseID
}

// ParseGraphARN splits the ARN of a behavior graph. Any partition is taken.
func ParseGraphARN(s string) (region, account, warehouseID string, err error) {
	a, ok := entity.ParseARN(s)
	if !ok || a.Service != "detective" || a.Region == "" || !entity.IsAccountID(a.Account) {
		return "", "", "", fmt.Errorf("%q is not the ARN of a behavior graph", s)
	}
	id, ok := strings.CutPrefix(a.Resource, "graph:")
	if !ok || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", "", "", fmt.Errorf("%q is not the ARN of a behavior graph", s)
	}
	return a.Region, a.Account, id, nil
}

// GraphReader reads graphs in any state; callers look at State.
type GraphReader interface {
	// Graph returns the graph with the ARN.
	Graph(ctx context.Context, arn string) (Graph, error)
	// GraphOf returns the one ACTIVE graph of the account in the Region.
	GraphOf(ctx context.Context, accountID, region string) (Graph, error)
	// Graphs returns all graphs, by ARN.
	Graphs(ctx context.Context) ([]Graph, error)
}

// GraphWriter changes graphs.
type GraphWriter interface {
	// CreateGraph enters a graph. It MUST return ErrExists when the ARN is
	// taken or the account has an ACTIVE graph in the Region; those that are
	// being deleted MUST NOT be in the way.
	CreateGraph(ctx context.Context, g Graph) error
	// SetGraphState changes the state.
	SetGraphState(ctx context.Context, arn string, s GraphState) error
	// SetGraphTags replaces all tags.
	SetGraphTags(ctx context.Context, arn string, tags map[string]string) error
	// SetGraphPackages replaces the packages and adds one to the membership
	// version: records of other packages are taken now.
	SetGraphPackages(ctx context.Context, arn string, p Packages) error
	// DeleteGraph removes the graph with its members, investigations and
	// usage and with the administrator whose organization graph it is.
	DeleteGraph(ctx context.Context, arn string) error
}
