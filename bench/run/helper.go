package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// helper is a command of this program that it starts itself: what is measured
// and what takes much memory runs in a process of its own. It prints one JSON
// document.
type helper struct {
	arguments string // names, for messages
	count     int
	run       func(ctx context.Context, args []string) (any, error)
}

func helpers() map[string]helper {
	return map[string]helper{
		engineCommand:   {"load|scan|count ...", -1, engine},
		copiesCommand:   {"FROM TO COPIES FILES", 4, runCopies},
		giantCommand:    {"FROM TO BYTES DAYS", 4, runGiant},
		decodeCommand:   {"DIR", 1, runDecode},
		distinctCommand: {"DIR", 1, runDistinct},
		fillCommand:     {"DIR EVENTS", 2, runFill},
		askCommand:      {"DIR EVENTS", 2, runAsk},
	}
}

// help runs a helper. The answer is false when args name none.
func help(ctx context.Context, args []string, stdout io.Writer) (bool, error) {
	if len(args) == 0 {
		return false, nil
	}
	h, ok := helpers()[args[0]]
	if !ok {
		return false, nil
	}
	if h.count >= 0 && len(args)-1 != h.count {
		return true, fmt.Errorf("%s: want %s", args[0], h.arguments)
	}
	answer, err := h.run(ctx, args[1:])
	if err != nil {
		return true, fmt.Errorf("%s: %w", args[0], err)
	}
	return true, json.NewEncoder(stdout).Encode(answer)
}

// numbers reads whole numbers of 0 and more.
func numbers(texts ...string) ([]int64, error) {
	all := make([]int64, len(texts))
	for i, t := range texts {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, errors.New("a number is below 0: " + t)
		}
		all[i] = n
	}
	return all, nil
}
