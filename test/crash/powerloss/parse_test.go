package powerloss

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hexed writes a string as strace -xx does.
func hexed(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(`\x` + string("0123456789abcdef"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15]))
	}
	return b.String()
}

// quoted and file are a string and a descriptor as strace writes them.
func quoted(s string) string      { return `"` + hexed(s) + `"` }
func file(fd, path string) string { return fd + "<" + hexed(path) + ">" }

// read returns the ops of some lines under the root /d.
func read(lines ...string) ([]Op, error) {
	j := Journal{Root: "/d"}
	err := j.Read(strings.NewReader(strings.Join(lines, "\n")))
	for i := range j.Ops {
		j.Ops[i].At = time.Time{}
	}
	return j.Ops, err
}

const at = "7 1795464498.568105 "

func TestRead(t *testing.T) {
	t.Parallel()
	cwd, a := file("AT_FDCWD", "/"), file("3", "/d/a")
	open := at + "openat(" + cwd + ", " + quoted("/d/a") + ", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = " + a
	for name, c := range map[string]struct {
		lines []string
		want  []Op
	}{
		"outside":            {[]string{at + `unlink(` + quoted("/dd/a") + `) = 0`}, nil},
		"failed":             {[]string{at + `unlink(` + quoted("/d/a") + `) = -1 ENOENT (No such file or directory)`}, nil},
		"ended in it":        {[]string{at + `fsync(` + a + `) = ?`}, nil},
		"signals and ends":   {[]string{at + "--- SIGURG {si_signo=SIGURG} ---", at + "+++ exited with 0 +++"}, nil},
		"writes in sequence": {[]string{open, at + `write(` + a + `, ` + quoted("12") + `, 2) = 2`, at + `write(` + a + `, ` + quoted("345") + `, 3) = 2`}, []Op{{Kind: Create, Path: "a"}, {Kind: Write, Path: "a", Data: []byte("12")}, {Kind: Write, Path: "a", Offset: 2, Data: []byte("34")}}},
		"appends": {[]string{at + `pwrite64(` + a + `, ` + quoted("1") + `, 1, 9) = 1`, at + `open(` + quoted("/d/a") + `, O_WRONLY|O_APPEND) = ` + a, at + `write(` + a + `, ` + quoted("2") + `, 1) = 1`},
			[]Op{{Kind: Write, Path: "a", Offset: 9, Data: []byte("1")}, {Kind: Write, Path: "a", Offset: 10, Data: []byte("2")}}},
		"seeks":                {[]string{at + `lseek(` + a + `, 0, SEEK_END) = 70`, at + `write(` + a + `, ` + quoted("x") + `, 1) = 1`}, []Op{{Kind: Write, Path: "a", Offset: 70, Data: []byte("x")}}},
		"vector":               {[]string{at + `pwritev(` + a + `, [{iov_base=` + quoted("ab") + `, iov_len=2}, {iov_base=` + quoted("c") + `, iov_len=1}], 2, 5) = 3`}, []Op{{Kind: Write, Path: "a", Offset: 5, Data: []byte("abc")}}},
		"truncates on opening": {[]string{at + `creat(` + quoted("/d/a") + `, 0600) = ` + a}, []Op{{Kind: Create, Path: "a"}, {Kind: Resize, Path: "a"}}},
		"resizes":              {[]string{at + `ftruncate(` + a + `, 3) = 0`, at + `truncate(` + quoted("/d/a") + `, 4) = 0`, at + `fallocate(` + a + `, 0, 4, 5) = 0`}, []Op{{Kind: Resize, Path: "a", Size: 3}, {Kind: Resize, Path: "a", Size: 4}, {Kind: Reserve, Path: "a", Size: 9}}},
		"names":                {[]string{at + `mkdirat(` + cwd + `, ` + quoted("/d/b") + `, 0700) = 0`, at + `renameat(` + file("4", "/d") + `, ` + quoted("a") + `, ` + cwd + `, ` + quoted("/d/b") + `) = 0`, at + `linkat(` + cwd + `, ` + quoted("/d/b") + `, ` + cwd + `, ` + quoted("/d/c") + `, 0) = 0`, at + `unlinkat(` + file("4", "/d") + `, ` + quoted("b") + `, AT_REMOVEDIR) = 0`}, []Op{{Kind: MakeDir, Path: "b"}, {Kind: Rename, Path: "a", To: "b"}, {Kind: Link, Path: "b", To: "c"}, {Kind: Remove, Path: "b"}}},
		"without a name":       {[]string{at + `write(` + a + `(deleted), ` + quoted("1") + `, 1) = 1`, at + `fsync(3<` + hexed("/d/a (deleted)") + `>) = 0`}, nil},
		"a sync promises what was over when it began": {[]string{open, "7 1.000001 fsync(" + a + " <unfinished ...>", "8 1.000002 pwrite64(" + a + ", " + quoted("1") + ", 1, 0) = 1", "7 1.000003 <... fsync resumed>) = 0", at + "fdatasync(" + a + ") = 0", at + "sync() = 0"},
			[]Op{{Kind: Create, Path: "a"}, {Kind: Write, Path: "a", Data: []byte("1")}, {Kind: Sync, Path: "a", Since: 1}, {Kind: Sync, Path: "a", Since: 3}, {Kind: SyncAll, Since: 4}}},
		"maps": {[]string{at + `mmap(NULL, 8, PROT_READ|PROT_WRITE, MAP_SHARED, ` + file("5", "/d/x-shm") + `, 0) = 0x7f6db201b000`, at + `mmap(NULL, 8, PROT_READ, MAP_SHARED, ` + a + `, 0) = 0xffffffffff600000`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(c.lines...)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v\n-want +got:\n%s", err, diff)
			}
		})
	}
}

// A journal that misses something is worse than none.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	a := file("3", "/d/a")
	f := func(want string, lines ...string) {
		t.Helper()
		if ops, err := read(lines...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", lines, ops, err, want)
		}
	}
	f("shared mapping", at+`mmap(NULL, 8, PROT_READ|PROT_WRITE, MAP_SHARED, `+a+`, 0) = 0x7f00`)
	f("copy in the kernel", at+`copy_file_range(4<`+hexed("/x")+`>, NULL, `+a+`, NULL, 5, 0) = 5`)
	f("copy in the kernel", at+`sendfile(`+a+`, 4, NULL, 5) = 5`)
	f("exchange", at+`renameat2(`+a+`, `+quoted("/d/a")+`, `+a+`, `+quoted("/d/b")+`, RENAME_EXCHANGE) = 0`)
	f("crosses", at+`rename(`+quoted("/d/a")+`, `+quoted("/b")+`) = 0`)
	f("O_DSYNC", at+`open(`+quoted("/d/a")+`, O_WRONLY|O_DSYNC) = `+a)
	f("fallocate", at+`fallocate(`+a+`, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 0, 5) = 0`)
	f("no whole string", at+`write(`+a+`, `+quoted("1")+`..., 2) = 2`)
	f("1 of 2 bytes", at+`write(`+a+`, `+quoted("1")+`, 2) = 2`)
	f("io_uring", at+`io_uring_setup(8, 0x1) = 5`)
	f("did not begin", at+`<... write resumed>) = 0`)
	f("no time", "7 x write(1) = 1")
	f("has no time", "nonsense")
	f("negative", at+`ftruncate(`+a+`, -1) = 0`)
	f("no call", at+"write")
	f("relative path", at+`unlink(`+quoted("a")+`) = 0`)
	f("unexpected call", at+"ptrace(1) = 0")
}

// No trace makes Read panic, and what it makes of one is below the root.
func FuzzRead(f *testing.F) {
	for _, line := range []string{
		at + `openat(` + file("AT_FDCWD", "/") + `, ` + quoted("/d/a") + `, O_CREAT|O_TRUNC, 0600) = ` + file("3", "/d/a"),
		at + `write(` + file("3", "/d/a") + `, ` + quoted("12") + `, 2) = 2`,
		at + `pwritev(` + file("3", "/d/a") + `, [{iov_base=` + quoted("ab") + `, iov_len=2}], 1, 5) = 2`,
		at + `renameat(` + file("4", "/d") + `, ` + quoted("a") + `, ` + file("4", "/d") + `, ` + quoted("b") + `) = 0`,
		at + `fsync(` + file("3", "/d/a") + " <unfinished ...>\n" + at + `<... fsync resumed>) = 0`,
		at + `ftruncate(` + file("3", "/d/a") + `, 5) = 0`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, trace string) {
		j := Journal{Root: "/d"}
		_ = j.Read(strings.NewReader(trace))
		for _, o := range j.Ops {
			if o.Kind == 0 || int(o.Kind) > numKinds || o.Kind != SyncAll && (o.Path == "" || strings.HasPrefix(o.Path, "/") || strings.HasPrefix(o.Path, "..")) {
				t.Errorf("op %s of %q", o.Kind, o.Path)
			}
			if o.Offset < 0 || o.Size < 0 {
				t.Errorf("op %s of %q at %d, %d bytes", o.Kind, o.Path, o.Offset, o.Size)
			}
		}
	})
}
