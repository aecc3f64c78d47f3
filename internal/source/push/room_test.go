package push

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func hold(t testing.TB, room *Room, content string) *Body {
	t.Helper()
	b, err := room.Hold(slices.Clip([]byte(content)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoomRead(t *testing.T) {
	t.Parallel()
	const size, most = 1 << 20, 100_000
	broken := errors.New("broken")
	f := func(name string, src io.Reader, free int64, want string, wantErr error) {
		t.Helper()
		room := NewRoom(size)
		other := hold(t, room, strings.Repeat("x", int(size-free)))
		b, err := room.Read(src, most)
		if !errors.Is(err, wantErr) {
			t.Fatalf("%s: %v, want %v", name, err, wantErr)
		}
		if err == nil {
			if string(b.Bytes()) != want {
				t.Errorf("%s: %d bytes, want %d", name, len(b.Bytes()), len(want))
			}
			if held := free - room.Free(); held < int64(len(want)) || held > max(firstBlock, 2*int64(len(want))) {
				t.Errorf("%s: %d bytes are held for %d", name, held, len(want))
			}
			b.Release()
			b.Release()
		}
		if room.Free() != free {
			t.Errorf("%s: %d bytes free afterwards, were %d", name, room.Free(), free)
		}
		other.Release()
		if room.Free() != size {
			t.Errorf("%s: %d bytes free at the end", name, room.Free())
		}
	}
	long := strings.Repeat("0123456789", most/10)
	f("empty", strings.NewReader(""), size, "", nil)
	f("short", iotest.OneByteReader(strings.NewReader("short")), size, "short", nil)
	f("as long as may be", strings.NewReader(long), size, long, nil)
	f("too long", strings.NewReader(long+"!"), size, "", ErrTooLarge)
	f("endless", io.MultiReader(strings.NewReader(long), zeros{}), size, "", ErrTooLarge)
	f("no room", strings.NewReader(long), firstBlock-1, "", ErrFull)
	f("room for a part", strings.NewReader(long), most/2, "", ErrFull)
	f("broken", io.MultiReader(strings.NewReader(long[:5000]), iotest.ErrReader(broken)), size, "", broken)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestBodyMove(t *testing.T) {
	t.Parallel()
	from, to := NewRoom(10), NewRoom(10)
	b, other := hold(t, from, "0123"), hold(t, to, "0123456")
	if err := b.Move(to); !errors.Is(err, ErrFull) || from.Free() != 6 || to.Free() != 3 {
		t.Errorf("%v, %d and %d bytes free", err, from.Free(), to.Free())
	}
	other.Release()
	if err := b.Move(to); err != nil || from.Free() != 10 || to.Free() != 6 || string(b.Bytes()) != "0123" {
		t.Errorf("%v, %d and %d bytes free, %q", err, from.Free(), to.Free(), b.Bytes())
	}
	b.Release()
	if from.Free() != 10 || to.Free() != 10 {
		t.Errorf("%d and %d bytes free at the end", from.Free(), to.Free())
	}
}

func TestRoomHold(t *testing.T) {
	t.Parallel()
	room := NewRoom(10)
	b := hold(t, room, "0123456789")
	if _, err := room.Hold(make([]byte, 1)); !errors.Is(err, ErrFull) {
		t.Errorf("%v, want ErrFull", err)
	}
	b.Release()
	if b = hold(t, room, "abc"); !bytes.Equal(b.Bytes(), []byte("abc")) || room.Free() > 7 {
		t.Errorf("%q, %d free", b.Bytes(), room.Free())
	}
}
