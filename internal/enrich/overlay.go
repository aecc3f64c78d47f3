package enrich

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/gaissmai/bart"
)

// Limits of one overlay file. They stop a wrong file (a database dump, an
// endless pipe) early; one that large belongs into an MMDB.
const (
	maxOverlayBytes = 16 << 20
	maxOverlayRows  = 100_000
	maxOverlayFault = 10 // faults that are reported before reading stops
)

// overlayLayer answers from overlay files by longest prefix.
type overlayLayer struct {
	table   bart.Table[Place]
	digests []string
	hasASN  bool
}

// openOverlays reads the files in order. Where two files have the same
// prefix, the later file wins.
func openOverlays(paths []string) (*overlayLayer, error) {
	o := new(overlayLayer)
	for _, path := range paths {
		if err := o.readFile(path); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (o *overlayLayer) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open overlay: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxOverlayBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("read overlay %s: %w", path, err)
	}
	if len(data) > maxOverlayBytes {
		return fmt.Errorf("overlay %s is larger than %d bytes", path, maxOverlayBytes)
	}
	rows, err := parseOverlay(path, data)
	if err != nil {
		return err
	}
	for _, r := range rows {
		o.add(r)
	}
	sum := sha256.Sum256(data)
	o.digests = append(o.digests, hex.EncodeToString(sum[:6]))
	return nil
}

func (o *overlayLayer) add(r overlayRow) {
	o.table.Insert(r.prefix, r.place)
	o.hasASN = o.hasASN || r.place.ASO != ""
}

// lookup returns the place of the longest prefix that holds ip; shorter ones
// do not fill its gaps, databases do.
func (o *overlayLayer) lookup(ip netip.Addr) Place {
	p, _ := o.table.Lookup(ip)
	return p
}

// versions names each file by the start of its SHA-256.
func (o *overlayLayer) versions() []string {
	out := make([]string, len(o.digests))
	for i, d := range o.digests {
		out[i] = "overlay sha256:" + d
	}
	return out
}
