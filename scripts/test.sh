#!/usr/bin/env bash
# Runs all tests and ends with the list of those that were skipped and why.
# With GUMSHOE_FULL=1 the counts are the full ones and a skip is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

timeout=10m
[ -n "${GUMSHOE_FULL:-}" ] && timeout=60m
# -count=1: tests that build the program and start it would be taken from the
# cache when only the program has changed.
go test -race -count=1 -timeout "$timeout" -json ./... >"$log"
status=$?
# The client is a module of its own; test/clients runs its TestLive on a server.
(cd client && go test -race -count=1 -timeout "$timeout" -json -skip '^TestLive' ./...) >>"$log" || status=1

# Failures and build errors as go test prints them; packages as one line each.
python3 - "$log" <<'PY'
import json, sys
out, skips, packages = {}, [], []
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    try:
        e = json.loads(line)
    except ValueError:
        print(line, end="")
        continue
    key = (e.get("Package", e.get("ImportPath", "")), e.get("Test"))
    if e["Action"] in ("output", "build-output"):
        out.setdefault(key, []).append(e["Output"])
        if e["Action"] == "build-output":
            print(e["Output"], end="")
    elif e["Action"] == "fail":
        print("".join(out.get(key, [])), end="")
        if not key[1]:
            packages.append(("FAIL", key[0], e.get("Elapsed", 0)))
    elif e["Action"] == "pass" and not key[1]:
        packages.append(("ok  ", key[0], e.get("Elapsed", 0)))
    elif e["Action"] == "skip" and key[1]:
        text = [l.strip() for l in out.get(key, []) if not l.lstrip().startswith(("---", "==="))]
        skips.append((key[0], key[1], " ".join(text)))
for state, name, seconds in packages:
    print(f"{state} {name} {seconds:.1f}s")
if skips:
    print(f"\nskipped ({len(skips)}):")
    for package, test, why in skips:
        print(f"  {package.split('/gumshoe/')[-1]} {test}: {why}")
else:
    print("\nskipped: none")
sys.stdout.flush()
failed = sum(1 for p in packages if p[0] == "FAIL")
print(f"{len(packages) - failed} passed, {failed} failed")
if skips and "GUMSHOE_FULL" in __import__("os").environ:
    print("a full run must not skip")
    sys.exit(1)
PY
report=$?
[ $status -eq 0 ] && [ $report -eq 0 ]
