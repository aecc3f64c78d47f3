package main

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

func TestDiskFull(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		fmt.Errorf("write segment: %w", syscall.ENOSPC):                                                    true,
		errors.New("TransactionContext Error: Failed to commit: Could not write: No space left on device"): true,
		errors.New("migrate control database: database or disk is full (13)"):                              true,
		errors.New("there are no files in full"):                                                           false,
		syscall.EACCES:                                                                                     false,
	} {
		if got := diskFull(err); got != want {
			t.Errorf("%v: %v; want %v", err, got, want)
		}
	}
}
