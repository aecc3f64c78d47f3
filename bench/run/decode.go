package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/logs"
)

// decodeCommand decodes the VPC flow logs below DIR on one processor, as they
// are and again unpacked before:
//
//	decode DIR
const decodeCommand = "decode"

// decodeAnswer has processor time, of this process, and nothing of reading
// files.
type decodeAnswer struct {
	Records          int64
	Packed, Unpacked time.Duration
}

func runDecode(ctx context.Context, args []string) (any, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	paths, err := gzipFiles(args[0])
	if err != nil {
		return nil, err
	}
	unpacker := decode.NewReader(nil, decode.Limits{})
	defer unpacker.Close()
	reader := logs.NewReader(logs.Options{})
	defer reader.Close()
	var a decodeAnswer
	var text bytes.Buffer
	for _, path := range paths {
		if !strings.HasSuffix(path, flowSuffix) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		packed, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var n, again int64
		a.Packed += processorTime(func() {
			unpacker.Reset(bytes.NewReader(packed))
			n, err = countFlows(reader, unpacker)
		})
		if err != nil {
			return nil, fmt.Errorf("decode %s: %w", path, err)
		}
		text.Reset()
		unpacker.Reset(bytes.NewReader(packed))
		if _, err := text.ReadFrom(unpacker); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", path, err)
		}
		a.Unpacked += processorTime(func() { again, err = countFlows(reader, &text) })
		if err != nil || n != again {
			return nil, fmt.Errorf("decode %s: %d records, then %d: %w", path, n, again, err)
		}
		a.Records += n
	}
	return a, nil
}

// countFlows reads an object to its end. All of its records must be good flow
// records.
func countFlows(r *logs.Reader, src io.Reader) (n int64, err error) {
	r.Reset(src, logs.Context{})
	var rec logs.Record
	for {
		err := r.Next(&rec)
		switch {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		case rec.Kind != decode.KindVPCFlow:
			return n, fmt.Errorf("a record of kind %s", rec.Kind)
		}
		n++
	}
}

// processorTime is the user and system time that this process needs for f.
func processorTime(f func()) time.Duration {
	before := spent()
	f()
	return spent() - before
}

func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // which no system with Getrusage gives
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
