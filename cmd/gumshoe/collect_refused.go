package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// refused lists the objects of this source that were refused records while
// other accounts were members of the graph, or other packages started: they
// are worth another reading, which their source does not offer. The ledger is
// asked once for each version of the membership, which is returned.
//
// A queue does not know any more what it has named, so that stands for all
// objects in Amazon S3 that it would take.
func (c *collector) refused(ctx context.Context) (_ []source.Object, version int64, err error) {
	members, err := c.house.membership(ctx, c.graph, c.config.Enroll)
	if err != nil {
		return nil, 0, err
	}
	version = members.Version()
	if c.version != nil && *c.version == version {
		return nil, version, nil
	}
	mine, err := c.config.taker()
	if err != nil {
		return nil, 0, err
	}
	store, err := c.house.store(ctx, c.graph)
	if err != nil {
		return nil, 0, err
	}
	var found []source.Object
	for o, err := range store.Ledger(ctx) {
		if err != nil {
			return nil, 0, fmt.Errorf("look for refused records: %w", err)
		}
		n := o.Reasons[reasonNotMember] + o.Reasons[reasonNoAccount] + o.Reasons[reasonStopped]
		if n == 0 || o.Membership == version || !mine(o.URI) {
			continue
		}
		again := source.Object{URI: o.URI, Size: o.Size}
		if last := len(found) - 1; last >= 0 && found[last].URI == o.URI {
			found[last] = again // another version of the same object
		} else {
			found = append(found, again)
		}
	}
	return found, version, nil
}

// reasonNoAccount is package ingest's for records that name no account.
const reasonNoAccount = "no-account"

// taker returns what tells whether an object in the ledger is one that the
// source would list.
func (c sourceConfig) taker() (func(uri string) bool, error) {
	patterns, err := source.ParsePatterns(c.Include...)
	if err != nil {
		return nil, err
	}
	if c.Folder != "" {
		root := strings.TrimSuffix(c.Folder, "/") + "/"
		return func(uri string) bool {
			name, err := source.UnescapeName(uri)
			below, ok := strings.CutPrefix(name, root)
			return err == nil && ok && patterns.Match(below)
		}, nil
	}
	bucket, prefix := "", ""
	if c.S3 != "" {
		if bucket, prefix, err = s3.ParseURI(c.S3); err != nil {
			return nil, err
		}
	}
	folder := strings.LastIndexByte(prefix, '/') + 1 // what patterns see begins here
	return func(uri string) bool {
		in, key, err := s3.ParseURI(uri)
		return err == nil && (bucket == "" || in == bucket) && strings.HasPrefix(key, prefix) &&
			(key == prefix || patterns.Match(strings.TrimPrefix(key[folder:], "/")))
	}, nil
}
