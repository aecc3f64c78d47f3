package ingest

import (
	"fmt"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// event is a record after resolving: the raw event as it will be stored and
// what the rollups need besides.
type event struct {
	warehouse.Event
	part     int // index of its object in the chunk
	volume   int // index of its account and day in the chunk
	bytes    int // of the record as logged
	product  entity.ID
	location entity.ID
	aso      entity.ID
	isIP     bool // Address is an entity of its own
	service  bool // the caller is an AWS service
	hits     []*rules.Rule
	signin   *signin
	links    []link
	kube     *kube
	finding  *warehouse.FindingVersion
	insight  bool // nobody's call, but a remark of CloudTrail's on calls
}

// flow is a flow record on its way.
type flow struct {
	warehouse.FlowRecord
	part   int // index of its object in the chunk
	volume int // index of its account and day in the chunk
	bytes  int // of the record as logged
	region entity.ID
	// As the packets had them: behind NAT other addresses than those of the
	// record.
	src, dst  entity.ID
	private   [2]bool // whether src and dst are
	direction warehouse.Direction
	directed  bool // the record says which direction
	instance  entity.ID
}

// printOf is an event's Print: never 0, which stands for content that cannot
// be compared.
func printOf(hash uint64) uint32 { return max(1, uint32(hash)) }

// maxPlaceholder bounds what is kept of an id that identifies nothing.
const maxPlaceholder = 36

// syntheticID names a record by its bytes, behind the id that it has. It is
// for ids that are not CloudTrail's: exports, samples and redacted logs have
// none or give every record the same placeholder.
func syntheticID(id string, raw []byte) string {
	h := xxh3.Hash128(raw)
	id = strings.ToValidUTF8(id[:min(len(id), maxPlaceholder)], "")
	return fmt.Sprintf("%s~%016x%016x", id, h.Hi, h.Lo)
}
