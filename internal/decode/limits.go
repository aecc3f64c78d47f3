package decode

import "fmt"

// Limits bound how far an object may swell. A zero field stands for its
// default, given behind it.
type Limits struct {
	MaxBytes   int64 // unpacked bytes of one object: 1 TiB
	MaxRatio   int64 // unpacked bytes for each packed one: 1000
	RatioFloor int64 // unpacked bytes below which MaxRatio does not count: 64 MiB
}

// Deflate cannot pass 1032:1 and logs reach 10:1 to 100:1, so 1000:1 over
// 64 MiB is a file of one repeated byte.
func (l Limits) withDefaults() Limits {
	if l.MaxBytes == 0 {
		l.MaxBytes = 1 << 40
	}
	if l.MaxRatio == 0 {
		l.MaxRatio = 1000
	}
	if l.RatioFloor == 0 {
		l.RatioFloor = 64 << 20
	}
	return l
}

// overLimits returns the error for the next n unpacked bytes, if they pass a
// limit. Plain objects are bounded by their source.
func (u *Reader) overLimits(n int) error {
	if u.container == Plain {
		return nil
	}
	out := u.out + int64(n)
	if out > u.limits.MaxBytes {
		return &ContainerError{Reason: ReasonBomb,
			Err: fmt.Errorf("more than %d bytes unpacked", u.limits.MaxBytes)}
	}
	packed := max(1, u.src.n-int64(u.in.Buffered()))
	if out > u.limits.RatioFloor && out/packed > u.limits.MaxRatio {
		return &ContainerError{Reason: ReasonBomb,
			Err: fmt.Errorf("more than %d bytes unpacked for each byte", u.limits.MaxRatio)}
	}
	return nil
}
