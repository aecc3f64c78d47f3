package logs

import (
	"bytes"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// ReasonContainer says that an object is packed or encrypted in a way that is
// not unpacked here, or is text in an encoding that is not UTF-8.
const ReasonContainer decode.Reason = "unknown-container"

// foreign are beginnings of objects that hold something else, which may well
// be logs. Gzip and zstd inside gzip or zstd are among them: nobody unpacks
// twice.
var foreign = []struct{ magic, name string }{
	{"\x1f\x8b", "gzip inside another container"},
	{"\x28\xb5\x2f\xfd", "zstd inside another container"},
	{"\xfd7zXZ\x00", "an xz file"},
	{"BZh", "a bzip2 file"},
	{"\x04\x22\x4d\x18", "an lz4 file"},
	{"\xff\x06\x00\x00sNaPpY", "a snappy file"},
	{"PK\x03\x04", "a zip file"},
	{"PK\x05\x06", "an empty zip file"},
	{"7z\xbc\xaf\x27\x1c", "a 7z file"},
	{"Obj\x01", "an Avro file"},
	{"ORC", "an ORC file"},
	{"PARE", "an encrypted Parquet file"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"%PDF-", "a PDF document"},
	{"Salted__", "a file that OpenSSL encrypted"},
	{"-----BEGIN PGP MESSAGE-----", "a file that PGP encrypted"},
	{"\xff\xfe", "UTF-16 text: convert it to UTF-8"},
	{"\xfe\xff", "UTF-16 text: convert it to UTF-8"},
}

// tarMagic is where a tar file says that it is one.
const tarMagic = 257

// foreignName says what an object is that begins with head, "" if nothing is
// known against it.
func foreignName(head []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	switch {
	case len(head) > tarMagic && bytes.HasPrefix(head[tarMagic:], []byte("ustar")):
		return "a tar file"
	case isUTF16(head):
		return "UTF-16 text: convert it to UTF-8"
	}
	return ""
}

// isUTF16 reports whether head is text of which every other byte is zero: a
// file of UTF-16 without a mark.
func isUTF16(head []byte) bool {
	const enough = 16
	if len(head) < enough {
		return false
	}
	for _, odd := range []int{0, 1} {
		zeros := 0
		for i := range enough {
			isZero := head[i] == 0
			if isZero == (i%2 == odd) {
				zeros++
			}
		}
		if zeros == enough {
			return true
		}
	}
	return false
}

// foreignReader stands for an object that holds something else: one
// rejection.
type foreignReader struct {
	name string // "" once it was said
}

func (f *foreignReader) next() error {
	if f.name == "" {
		return io.EOF
	}
	detail := f.name
	f.name = ""
	return &decode.Rejection{Records: 1, Reason: ReasonContainer, Detail: detail, Foreign: true}
}
