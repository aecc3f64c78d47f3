package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine is what the figures depend on besides the programs.
type machine struct {
	cpu, memory, kernel string // "unknown" where the system does not say
	cores               int
	goVersion, gumshoe  string
}

func (b *bench) machine(ctx context.Context) (machine, error) {
	m := machine{
		cpu: procField("cpuinfo", "model name"), memory: "unknown", kernel: "unknown",
		cores: runtime.NumCPU(), goVersion: runtime.Version(),
	}
	var kilobytes int64
	if _, err := fmt.Sscan(procField("meminfo", "MemTotal"), &kilobytes); err == nil {
		m.memory = fmt.Sprintf("%.0f GiB", float64(kilobytes)/(1<<20))
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.kernel = runtime.GOOS + " " + string(bytes.TrimSpace(release))
	}
	var gumshoe struct{ Version string }
	if _, err := measure(ctx, &gumshoe, b.gumshoe, "version", "-o", "json"); err != nil {
		return m, err
	}
	m.gumshoe = gumshoe.Version
	return m, nil
}

// procField returns the first value of a name in a file of /proc, "unknown"
// if there is none.
func procField(file, name string) string {
	b, err := os.ReadFile("/proc/" + file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// loadAverage is that of the last minute, -1 where the system does not say.
func loadAverage() float64 {
	var load float64
	b, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, err = fmt.Sscan(string(b), &load)
	}
	if err != nil {
		return -1
	}
	return load
}
