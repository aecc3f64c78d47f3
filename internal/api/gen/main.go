package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// modelFile is the facts file, relative to the folder of package api.
const modelFile = "model/detective-2018-10-26.json"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run generates every file into dir, the folder of package api.
func run(dir string) error {
	files, err := generate(filepath.Join(dir, modelFile))
	if err != nil {
		return err
	}
	for name, source := range files {
		if err := os.WriteFile(filepath.Join(dir, name), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the generated files by name.
func generate(modelPath string) (map[string][]byte, error) {
	facts, err := os.ReadFile(modelPath)
	if err != nil {
		return nil, err
	}
	m, err := parseModel(facts)
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w", modelPath, err)
	}
	files := make(map[string][]byte)
	for name, emit := range map[string]func(*model, *source){
		"zz_generated_types.go":    emitTypes,
		"zz_generated_encode.go":   emitEncoding,
		"zz_generated_validate.go": emitValidation,
		"zz_generated_routes.go":   emitRoutes,
	} {
		var s source
		emit(m, &s)
		files[name], err = s.format()
		if err != nil {
			return nil, fmt.Errorf("format %s: %w", name, err)
		}
	}
	return files, nil
}
