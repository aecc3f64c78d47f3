package powerloss

// recorded are the calls that change files, make changes durable, or do so in
// ways that a journal cannot hold, which Read refuses.
const recorded = "open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate," +
	"rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir," +
	"fsync,fdatasync,sync_file_range,sync,syncfs,mmap,copy_file_range,sendfile,splice,io_uring_setup"

// Strace returns the command line that runs program with args and writes a
// trace for [Journal.Read] to the file trace.
func Strace(trace, program string, args ...string) []string {
	return append([]string{"strace",
		"-f", "--seccomp-bpf", // all threads, stopped by no other call
		"-ttt",            // microseconds, UTC
		"-y", "-xx", "-v", // paths of descriptors; strings in hex; whole vectors
		"-s", "16777216", // of strings, in bytes: more than one write has
		"-e", "signal=none", "-e", "trace=" + recorded,
		"-o", trace, "--", program}, args...)
}
