package simulate

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// parcel is a closed file: its path below the output folder, with slashes,
// and what is in it. Files whose name ends in .gz are compressed.
type parcel struct {
	source  source
	path    string
	content content
	sum     *fileSum // to be filled in, nil if nobody asks
}

// content is rendered by the goroutine that stores the file, so it must not
// be changed once it is sent.
type content interface {
	// writeTo appends plain text to p.plain and calls p.spill now and then.
	writeTo(p *packer) error
}

// text is content that is rendered already.
type text []byte

func (t text) writeTo(p *packer) error {
	p.plain = append(p.plain, t...)
	return nil
}

// records is the content of a CloudTrail file.
type records []event

func (events records) writeTo(p *packer) error {
	p.plain = append(p.plain, `{"Records":[`...)
	for i := range events {
		if i > 0 {
			p.plain = append(p.plain, ',')
		}
		p.plain = p.appendRecord(p.plain, &events[i])
		if err := p.spill(); err != nil {
			return err
		}
	}
	p.plain = append(p.plain, `]}`...)
	return nil
}

// fileSum is the hash of a file's plain text, ready when the file is stored.
type fileSum struct {
	ready  chan struct{} // closed once sha256 is set
	sha256 [sha256.Size]byte
}

// packer writes files.
type packer struct {
	dir  string
	made map[string]bool // folders
	renderer
	plain []byte
	gz    *gzip.Writer
	out   bytes.Buffer
	to    io.Writer // gz or out
	hash  hash.Hash
	size  int64 // of the present file's plain text
	// Of all files stored.
	plainBytes, packedBytes [sources]int64
}

func newPacker(dir string, org *organization) (*packer, error) {
	gz, err := gzip.NewWriterLevel(io.Discard, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	return &packer{dir: dir, made: map[string]bool{}, renderer: renderer{org}, gz: gz, hash: sha256.New()}, nil
}

// flushBytes is how much plain text is collected before it is compressed.
const flushBytes = 256 << 10

func (p *packer) store(parcel parcel) error {
	path := filepath.Join(p.dir, filepath.FromSlash(parcel.path))
	if folder := filepath.Dir(path); !p.made[folder] {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		p.made[folder] = true
	}
	p.out.Reset()
	p.plain, p.size = p.plain[:0], 0
	p.to = &p.out
	packed := strings.HasSuffix(parcel.path, ".gz")
	if packed {
		p.gz.Reset(&p.out)
		p.gz.ModTime = time.Unix(0, 0) // "no time" in the header
		p.to = p.gz
	}
	if parcel.sum != nil {
		p.hash.Reset()
		p.to = io.MultiWriter(p.to, p.hash)
	}
	err := errors.Join(parcel.content.writeTo(p), p.flush())
	if packed {
		err = errors.Join(err, p.gz.Close())
	}
	if err != nil {
		return fmt.Errorf("make %s: %w", parcel.path, err)
	}
	p.plainBytes[parcel.source] += p.size
	p.packedBytes[parcel.source] += int64(p.out.Len())
	if err := os.WriteFile(path, p.out.Bytes(), 0o644); err != nil {
		return err
	}
	if parcel.sum != nil {
		p.hash.Sum(parcel.sum.sha256[:0])
		close(parcel.sum.ready)
	}
	return nil
}

// spill writes what was collected once that is much.
func (p *packer) spill() error {
	if len(p.plain) <= flushBytes {
		return nil
	}
	return p.flush()
}

func (p *packer) flush() error {
	_, err := p.to.Write(p.plain)
	p.size += int64(len(p.plain))
	p.plain = p.plain[:0]
	return err
}
