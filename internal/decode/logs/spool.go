package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// Parquet is read from its end, so an object of it is kept while it is read:
// up to memorySpool in memory, more in a file that has no name. Unpacked bytes
// above maxSpool are refused; AWS's files have some hundred MB at most.
const (
	memorySpool = 32 << 20
	maxSpool    = 16 << 30
)

// spool is the content of an object, to be read anywhere.
type spool struct {
	io.ReaderAt
	size int64
	file *os.File // nil while it fits into memory
}

// newSpool reads r to its end. The caller must close the spool. The error is
// a *decode.Rejection for an object that is broken or too large, else that of
// the source or of the file.
func newSpool(r io.Reader, dir string) (_ *spool, err error) {
	var head bytes.Buffer
	_, err = io.CopyN(&head, r, memorySpool+1)
	if errors.Is(err, io.EOF) {
		return &spool{ReaderAt: bytes.NewReader(head.Bytes()), size: int64(head.Len())}, nil
	}
	if err != nil {
		return nil, broken(err)
	}
	s := &spool{}
	if s.file, err = os.CreateTemp(dir, "gumshoe-*.parquet"); err != nil {
		return nil, fmt.Errorf("keep a Parquet object: %w", err)
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := os.Remove(s.file.Name()); err != nil {
		return nil, fmt.Errorf("keep a Parquet object: %w", err)
	}
	if _, err := head.WriteTo(s.file); err != nil {
		return nil, fmt.Errorf("keep a Parquet object: %w", err)
	}
	n, err := io.Copy(s.file, io.LimitReader(r, maxSpool))
	if err != nil {
		return nil, broken(err)
	}
	s.ReaderAt, s.size = s.file, memorySpool+1+n
	if s.size > maxSpool {
		return nil, &decode.Rejection{Records: 1, Reason: decode.ReasonTooLarge, Detail: "a Parquet object of more than 16 GiB"}
	}
	return s, nil
}

// broken makes a rejection of the error of a container.
func broken(err error) error {
	if c, ok := errors.AsType[*decode.ContainerError](err); ok {
		return &decode.Rejection{Records: 1, Reason: c.Reason, Detail: c.Err.Error()}
	}
	return err
}

func (s *spool) close() {
	if s != nil && s.file != nil {
		s.file.Close()
	}
}
