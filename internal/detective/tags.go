package detective

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// The limits of tags (MODEL: TagMap, TagKey, TagValue), in characters.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// ListTagsForResource returns the tags of a graph, the only kind of resource
// that has tags.
func (s *Service) ListTagsForResource(ctx context.Context, c Caller, arn string) (map[string]string, error) {
	g, err := administered(ctx, s.store, c, "ListTagsForResource", arn)
	if err != nil {
		return nil, err
	}
	return g.Tags, nil
}

// TagResource adds tags to a graph; a key that is there gets the new value.
func (s *Service) TagResource(ctx context.Context, c Caller, arn string, tags map[string]string) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	a := Action{Name: "TagResource", RequestTags: tags, TagKeys: slices.Sorted(maps.Keys(tags))}
	return s.changeTags(ctx, c, a, arn, func(all map[string]string) error {
		maps.Copy(all, tags)
		if len(all) > maxTags {
			return errorf(Validation, "A resource can have up to %d tags. With these it would have %d.", maxTags, len(all))
		}
		return nil
	})
}

// UntagResource removes tags from a graph. Keys that it does not have are
// ignored.
func (s *Service) UntagResource(ctx context.Context, c Caller, arn string, keys []string) error {
	return s.changeTags(ctx, c, Action{Name: "UntagResource", TagKeys: keys}, arn, func(all map[string]string) error {
		for _, k := range keys {
			delete(all, k)
		}
		return nil
	})
}

// changeTags changes the tags of a graph in one transaction.
func (s *Service) changeTags(ctx context.Context, c Caller, a Action, arn string, change func(map[string]string) error) error {
	return s.store.Update(ctx, func(tx control.Tx) error {
		g, err := administeredFor(ctx, tx, c, a, arn)
		if err != nil {
			return err
		}
		if err := change(g.Tags); err != nil {
			return err
		}
		return tx.SetGraphTags(ctx, arn, g.Tags)
	})
}

// checkTags checks the tags of one call.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return errorf(Validation, "Tags must have length less than or equal to %d. Found %d.", maxTags, len(tags))
	}
	for k, v := range tags {
		if !validTagKey(k) {
			return errorf(Validation, "The tag key %q is not valid: 1 to %d of the characters a-z, A-Z, 0-9 and +,-./:;<=_ and no aws: in front.", k, maxTagKey)
		}
		if n := utf8.RuneCountInString(v); n > maxTagValue {
			return errorf(Validation, "The value of tag %s must have length less than or equal to %d. Found %d.", k, maxTagValue, n)
		}
	}
	return nil
}

// validTagKey is the model's `^(?!aws:)[a-zA-Z+-=._:/]+$`, 1 to 128
// characters. Its `+-=` is a range: + to =, digits included; space and @ are
// not in it.
func validTagKey(k string) bool {
	if k == "" || len(k) > maxTagKey || strings.HasPrefix(k, "aws:") {
		return false
	}
	for _, r := range k {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '+' <= r && r <= '=', r == '_':
		default:
			return false
		}
	}
	return true
}
