package warehouse

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// EntitySearch selects entities by their names. Case makes no difference, and
// the end of a line is compared as a space.
type EntitySearch struct {
	Text  string        // is in the key, the label or the alias; empty is in all
	Types []entity.Type // any of these; empty for every type
	Limit int           // 0 means DefaultEntities
}

// DefaultEntities is how many entities a search without a limit returns.
const DefaultEntities = 1000
