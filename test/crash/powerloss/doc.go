// Package powerloss shows what a disk may hold after the power failed.
//
// A program runs under strace, which writes down every system call that
// changes files below a folder, with its data: a [Journal]. From the journal
// up to any point a [Disk] knows what had reached the disk for certain, what
// may have and what cannot have, and makes folders as a machine may find them
// when it starts again.
//
// strace was chosen over a preloaded library because the Go runtime makes its
// system calls itself, not through the C library, while the embedded SQL
// engine's go through it: ptrace sees both, in one order. Its seccomp filter
// stops only the calls that are written down, so that a recorded program runs
// at about a tenth of its speed. Nothing of it needs a kernel module, a
// device or more rights than the test has.
//
// What is promised differs, so there are two sets of rules: see [Rules].
// Neither knows of disks that lie about flushing or that lose what they held.
//
// The package imports nothing of gumshoe.
package powerloss
