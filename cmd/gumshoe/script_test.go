package main

import (
	_ "embed" // a script
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestScripts runs testdata/script. Each script has the logs of a simulated
// organization at hand:
//
//	$LOGS              the folder with AWSLogs/
//	$ADMIN             its first account
//	$ATTACKED, $QUIET  ARNs of the user whose key was stolen and of another
//	$STOLEN            id of that access key
//	$FROM, $TO         the scope of the attack
//	$RECORDS, $EVENTS  how many there are in the logs; the rest is duplicates
//	$GZ                one of the log files
func TestScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "script")) }

//go:embed testdata/unprivileged/permission.txtar
var permissionScript []byte

// TestPermissionScript is for what root does not meet.
func TestPermissionScript(t *testing.T) {
	if !sourcetest.Unprivileged(t) {
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "permission.txtar"), permissionScript, 0o600); err != nil {
		t.Fatal(err)
	}
	runScripts(t, dir)
}

func runScripts(t *testing.T, dir string) {
	t.Helper()
	m, logs := simulated(t)
	files, err := filepath.Glob(filepath.Join(logs, simulate.LogFolder, "*", "CloudTrail", "us-east-1", "*", "*", "*", "*.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs in %s: %v", logs, err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"LOGS": logs, "GZ": files[0], "ADMIN": m.Accounts[0].ID,
				"ATTACKED": m.Story.User, "STOLEN": m.Story.StolenKey, "QUIET": m.QuietUser,
				"FROM": m.Story.ScopeStart.Format(time.RFC3339), "TO": m.Story.ScopeEnd.Format(time.RFC3339),
				"RECORDS": fmt.Sprint(m.Events + m.Duplicates), "EVENTS": fmt.Sprint(m.Events),
				"DUPLICATES": fmt.Sprint(m.Duplicates),
				"GORACE":     "atexit_sleep_ms=0", // else each program takes a second longer
				"ESC":        "\x1b", "TMPDIR": filepath.Join(env.WorkDir, "tmp"), "DATA": "data",
			} {
				env.Setenv(name, value)
			}
			env.Values[processesKey{}] = processes{}
			return os.MkdirAll(filepath.Join(env.WorkDir, "tmp"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": scriptCode, "start": scriptStart, "end": scriptEnd, "get": scriptGet, "push": scriptPush, "graphs": scriptGraphs,
			"field": scriptField, "accounted": scriptAccounted, "nowhere": scriptNowhere, "cut": scriptCut, "gunzip": scriptGunzip,
			"object": scriptObject, "leftovers": scriptLeftovers,
		},
	})
}

// simulated writes the logs of two days, the attack in them.
func simulated(t *testing.T) (*simulate.Manifest, string) {
	t.Helper()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{
		Seed: 1, Story: simulate.StoryStolenKey, Days: 2, Events: 900, EventsPerFile: 300})
	if err != nil {
		t.Fatalf("simulate: %v", err)
	}
	return m, dir
}
