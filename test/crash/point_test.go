package crash

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// changing are the system calls by which a program changes files.
const changing = "write,pwrite64,ftruncate,fsync,fdatasync,renameat,unlink,unlinkat,mkdirat,rmdir"

// traced returns the command line that runs the program under strace, which
// writes its calls into a file with the paths of what they are about.
func traced(trace, calls string, options []string, args ...string) []string {
	line := []string{"strace", "-f", "-y", "-s", "256", "--seccomp-bpf", "-o", trace, "-e", "signal=none", "-e", "trace=" + calls}
	return append(append(append(line, options...), "--", program), args...)
}

// point is one call of a run that changes a file in its data folder.
type point struct {
	global int    // the number of such calls with it
	call   string // its name
	nth    int    // of the calls of this name that its thread makes
	file   string // its path in the data folder, ids and days apart
}

// String names the call and the file.
func (p point) String() string { return p.call + " " + p.file }

var (
	tracedCall = regexp.MustCompile(`^(\d+) +(\w+)\((.*)`)
	tracedPath = regexp.MustCompile(`["<](/[^">]*)[">]`)
	idPart     = regexp.MustCompile(`[0-9a-f]{32}`)
	dayPart    = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
)

// pointReader makes points of the lines of a trace.
type pointReader struct {
	data   string // folder
	global int
	calls  map[string]int // by thread and name
}

// next returns the point that a line is, and the thread that made the call;
// ok is whether it is one.
func (r *pointReader) next(line string) (p point, thread int, ok bool) {
	m := tracedCall.FindStringSubmatch(line)
	if m == nil {
		return p, 0, false
	}
	thread, err := strconv.Atoi(m[1])
	if err != nil {
		return p, 0, false
	}
	key := m[1] + m[2]
	r.calls[key]++
	for _, path := range tracedPath.FindAllStringSubmatch(m[3], -1) {
		name, below := strings.CutPrefix(path[1], r.data)
		if !below {
			continue
		}
		r.global++
		name = dayPart.ReplaceAllString(idPart.ReplaceAllString(strings.TrimPrefix(name, "/"), "ID"), "DAY")
		return point{r.global, m[2], r.calls[key], name}, thread, true
	}
	return p, 0, false
}

// pointsOf reads a corpus under strace and returns the points of that run.
func pointsOf(t *testing.T, c *corpus) (points []point) {
	t.Helper()
	dir := folder(t)
	data, trace := filepath.Join(dir, dataFolder), filepath.Join(dir, "trace")
	line := traced(trace, changing, nil, "ingest", "--data", data, "--enroll", c.dir)
	cmd, stderr := start(t, line[0], line[1:]...)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("ingest under strace: %v\n%s", err, stderr)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	r := pointReader{data: data, calls: map[string]int{}}
	for line := range strings.Lines(string(b)) {
		if p, _, ok := r.next(line); ok {
			points = append(points, p)
		}
	}
	if len(points) < 100 {
		t.Fatalf("a run has only %d points", len(points))
	}
	return points
}

// interesting returns the points that are about the graph's database and the
// folder itself: most others are about the files of batches.
func interesting(points []point) []point {
	return slices.DeleteFunc(slices.Clone(points), func(p point) bool { return strings.Contains(p.file, "DAY") })
}

// killBefore kills a run at the nth call of a name that one of its threads
// makes: the call is not made.
func killBefore(t *testing.T, p point, args ...string) bool {
	t.Helper()
	line := traced("/dev/null", p.call, []string{"-e", "inject=" + p.call + ":signal=KILL:when=" + strconv.Itoa(p.nth)}, args...)
	cmd, stderr := start(t, line[0], line[1:]...)
	return killed(t, cmd, cmd.Wait(), stderr)
}

// killAfter kills a run as soon as it has made as many calls as up to a point.
func killAfter(t *testing.T, p point, data string, args ...string) bool {
	t.Helper()
	trace, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer trace.Close()
	line := traced("/dev/fd/3", changing, nil, args...)
	cmd, stderr := prepare(t, line[0], line[1:]...)
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	r := pointReader{data: data, calls: map[string]int{}}
	lines := bufio.NewScanner(trace)
	for lines.Scan() {
		if at, thread, ok := r.next(lines.Text()); ok && at.global == p.global {
			_ = syscall.Kill(thread, syscall.SIGKILL) // a thread's number does for its process
		}
	}
	return killed(t, cmd, cmd.Wait(), stderr)
}
