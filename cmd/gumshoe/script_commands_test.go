package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/klauspost/compress/gzip"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// scriptCode runs a program and checks its exit code: code 2 gumshoe …
func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [args...]")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// process is a program in the background.
type process struct {
	cmd  *exec.Cmd
	read sync.WaitGroup // until both outputs are read to their end

	mu  sync.Mutex
	out bytes.Buffer // both outputs
}

type processesKey struct{}

// processes are those of a script, by name.
type processes map[string]*process

// scriptStart starts a program and waits until it says that it is ready:
// start NAME REGEXP program … The first group of the expression becomes $URL.
func scriptStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start name regexp program [args...]")
	}
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	p := &process{cmd: exec.Command(args[2], args[3:]...)}
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"), "GORACE="+ts.Getenv("GORACE"))
	stdout, err := p.cmd.StdoutPipe()
	ts.Check(err)
	stderr, err := p.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	ts.Value(processesKey{}).(processes)[args[0]] = p
	ts.Defer(func() { _ = p.cmd.Process.Kill() })
	ready := make(chan string, 1)
	for _, r := range []io.Reader{stdout, stderr} {
		p.read.Go(func() {
			for lines := bufio.NewScanner(r); lines.Scan(); {
				p.mu.Lock()
				fmt.Fprintln(&p.out, lines.Text())
				p.mu.Unlock()
				if found := re.FindStringSubmatch(lines.Text()); found != nil {
					select {
					case ready <- found[len(found)-1]:
					default:
					}
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		p.read.Wait()
		close(ended)
	}()
	select {
	case url := <-ready:
		ts.Setenv("URL", url)
		ts.Setenv("HOSTPORT", strings.TrimPrefix(url, "http://"))
	case <-ended:
		_ = p.cmd.Wait()
		ts.Fatalf("%s ended before it was ready:\n%s", args[0], p.out.String())
	}
}

// scriptEnd sends a signal to a started program, waits for its end and checks
// its exit code; what it printed is stdout afterwards: end NAME SIGNAL CODE
func scriptEnd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: end name TERM|INT|KILL code")
	}
	p, ok := ts.Value(processesKey{}).(processes)[args[0]]
	if !ok {
		ts.Fatalf("%s was not started", args[0])
	}
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	ts.Check(p.cmd.Process.Signal(signals[args[1]]))
	p.read.Wait()
	_ = p.cmd.Wait()
	fmt.Fprint(ts.Stdout(), p.out.String())
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != args[2] {
		ts.Fatalf("%s ended with %s, want %s:\n%s", args[0], got, args[2], p.out.String())
	}
}

// scriptGet prints the status and the body of an answer: get URL
func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: get url")
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(args[0])
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d\n%s", resp.StatusCode, body)
}

// scriptPush posts a file and prints the status and the body of the answer:
// push URL KEY SECRET FILE
func scriptPush(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: push url key secret file")
	}
	req, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(ts.ReadFile(args[3])))
	ts.Check(err)
	req.SetBasicAuth(args[1], args[2])
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d\n%s", resp.StatusCode, body)
}

// scriptGraphs lists the graphs through the API with the AWS SDK: graphs URL
// KEY SECRET
func scriptGraphs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: [!] graphs url key secret")
	}
	client := detective.New(detective.Options{
		Region: "us-east-1", BaseEndpoint: &args[0], RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: args[1], SecretAccessKey: args[2]}, nil
		}),
	})
	list, err := client.ListGraphs(context.Background(), nil)
	if neg {
		if err == nil {
			ts.Fatalf("the call was answered")
		}
		fmt.Fprintln(ts.Stderr(), err)
		return
	}
	ts.Check(err)
	fmt.Fprint(ts.Stdout()) // a list without graphs is no output, not the last one
	for _, g := range list.GraphList {
		fmt.Fprintln(ts.Stdout(), *g.Arn)
	}
}

// scriptField checks or keeps a member of a JSON document; steps are names and
// indexes: field FILE totals.seen VALUE, or field FILE 0.AccessKeyId -> NAME.
// The file is "stdout" or a path.
func scriptField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: field file path value, or: field file path -> NAME")
	}
	var v any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	if d.Decode(new(any)) != io.EOF {
		ts.Fatalf("%s holds more than one JSON document", args[0])
	}
	for _, step := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			member, ok := x[step]
			if !ok {
				ts.Fatalf("no %s in %v", args[1], x)
			}
			v = member
		case []any:
			if step == "length" {
				v = len(x)
				continue
			}
			i, err := strconv.Atoi(step)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("no %s: the list has %d", args[1], len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("no %s: %v has no members", args[1], v)
		}
	}
	got := fmt.Sprint(v)
	if args[2] == "->" {
		ts.Setenv(args[3], got)
	} else if got != args[2] {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// scriptAccounted checks that an answer of ingest accounts for every record:
// in each object and in the totals, seen = stored + duplicate + rejected.
func scriptAccounted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: accounted file")
	}
	var r ingestReport
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	var sum warehouse.Totals
	for _, o := range r.Objects {
		sum.Add(o.Totals)
		var reasons int64
		for reason, n := range o.Reasons {
			if reason != "conflict" {
				reasons += n
			}
		}
		if o.Seen != o.Stored+o.Duplicate+o.Rejected || reasons != o.Rejected {
			ts.Fatalf("%s: %+v, reasons %v", o.Object, o.Totals, o.Reasons)
		}
	}
	if sum != r.Totals {
		ts.Fatalf("totals %+v, the objects add up to %+v", r.Totals, sum)
	}
}

// scriptNowhere checks that no file of a folder holds a text: nowhere DIR TEXT
func scriptNowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || len(args[1]) < 8 {
		ts.Fatalf("usage: nowhere dir text")
	}
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(args[1])) {
			return fmt.Errorf("%s holds %q", path, args[1])
		}
		return err
	}))
	if files == 0 {
		ts.Fatalf("no files in %s", args[0])
	}
}

// scriptCut copies the first bytes of a file: cut FROM N TO. A negative N
// leaves off as many at the end.
func scriptCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut from n to")
	}
	b := []byte(ts.ReadFile(args[0]))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n < 0 {
		n += len(b)
	}
	if n < 0 || n > len(b) {
		ts.Fatalf("%s has %d bytes", args[0], len(b))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b[:n], 0o600))
}

// scriptGunzip unpacks a file: gunzip FROM TO
func scriptGunzip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gunzip from to")
	}
	z, err := gzip.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	b, err := io.ReadAll(z)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// scriptObject checks why an object of an answer of ingest was rejected, ”
// for not at all: object FILE OBJECT REASON
func scriptObject(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: object file object reason")
	}
	var r ingestReport
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	i := slices.IndexFunc(r.Objects, func(o objectEntry) bool { return o.Object == args[1] })
	if i < 0 {
		ts.Fatalf("no object %s", args[1])
	}
	o := r.Objects[i]
	got := strings.Join(slices.Sorted(maps.Keys(o.Reasons)), ",")
	named := ""
	if len(o.Rejections) > 0 {
		named = o.Rejections[0].Reason
	}
	if got != args[2] || named != args[2] {
		ts.Fatalf("%s: reasons %v, first rejection %q, want %q", o.Object, o.Reasons, named, args[2])
	}
}

// scriptLeftovers checks that a folder is empty: leftovers DIR
func scriptLeftovers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: leftovers dir")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 {
		ts.Fatalf("left behind: %v", entries)
	}
}
