package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

// profileVariable names the environment variable for a file to which the
// process writes a CPU profile of its whole life, as `make profile` asks for.
const profileVariable = "GUMSHOE_CPUPROFILE"

// startProfile begins to write the profile, if one is asked for. The caller
// must stop it.
func startProfile() (stop func() error, err error) {
	path := os.Getenv(profileVariable)
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make the profile of %s: %w", profileVariable, err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("profile the CPU: %w", err)
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
