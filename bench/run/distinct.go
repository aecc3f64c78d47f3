package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// distinctCommand counts the records of the VPC flow logs below DIR: the same
// line twice is one record to gumshoe.
//
//	distinct DIR
const distinctCommand = "distinct"

func runDistinct(ctx context.Context, args []string) (any, error) {
	paths, err := gzipFiles(args[0])
	if err != nil {
		return nil, err
	}
	seen := map[xxh3.Uint128]struct{}{}
	var c counts
	for _, path := range paths {
		if !strings.HasSuffix(path, flowSuffix) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := eachLine(path, func(line []byte) { seen[xxh3.Hash128(line)] = struct{}{} })
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		c.Records += n
	}
	c.Events = int64(len(seen))
	return c, nil
}

// eachLine calls f for the lines of a gzipped flow log but its header.
func eachLine(path string, f func(line []byte)) (n int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(z); ; {
		if !lines.Scan() {
			return n, lines.Err()
		}
		if line := lines.Bytes(); !vpcflow.IsHeader(line) {
			f(line)
			n++
		}
	}
}
