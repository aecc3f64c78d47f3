package duckdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// acquire takes an exclusive lock that the kernel releases when the process
// ends, however it ends. The file says which process that is; a second one
// gets warehouse.ErrInUse with that number.
func acquire(path string) (_ *os.File, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(io.LimitReader(f, 20))
		return nil, fmt.Errorf("%w (process %s)", warehouse.ErrInUse, holder)
	} else if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := f.Truncate(0); err != nil {
		return nil, err
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return nil, err
	}
	return f, nil
}

// release gives up the lock, also where a process that is just being started
// still has a copy of f.
func release(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}
