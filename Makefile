# gumshoe: 'make demo' shows it, 'make test' checks it.

SHELL      := /bin/bash
BIN        := bin
TOOLS      := $(CURDIR)/bin/tools
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS    := -X main.version=$(VERSION)
# What the compiler is to make fast: 6 to 8 % less CPU for an ingest. Tests go
# without, for it compiles everything once more.
PGO        := cmd/gumshoe/cpu.pgo
GOLANGCI   := $(TOOLS)/golangci-lint
# Pinned: a newer linter must not turn an old commit red.
GOLANGCI_VERSION := v2.15.0

.PHONY: build demo test test-full lint bench bench-control profile generate clean

build: $(BIN)/gumshoe ## the one binary

# go build decides what is out of date.
.PHONY: $(BIN)/gumshoe
$(BIN)/gumshoe:
	@scripts/prepare.sh build
	go build -trimpath -pgo '$(PGO)' -ldflags '$(LDFLAGS)' -o $@ ./cmd/gumshoe

demo: build ## a simulated organization with an intruder in it; needs no network once built
	$(BIN)/gumshoe demo

test: ## what every change runs, at most ten minutes; skipped tests are listed at the end
	@scripts/prepare.sh test
	scripts/test.sh

test-full: ## the full counts; a skip is a failure
	@scripts/prepare.sh test
	GUMSHOE_FULL=1 scripts/test.sh

lint: $(GOLANGCI) ## gofmt, go vet and the linters of .golangci.yml
	$(GOLANGCI) run ./...
	cd client && $(GOLANGCI) run --config ../.golangci.yml ./...

$(GOLANGCI):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

bench: build ## the benchmarks against the embedded SQL engine; writes bench/RESULTS.md
	go run ./bench/run

profile: build ## measure anew what the compiler is to make fast
	scripts/profile.sh $(BIN)/gumshoe $(PGO)

bench-control: build ## the API's control calls under load; writes bench/CONTROL.md
	go run ./bench/control -out bench/CONTROL.md

generate: ## the API's types, validation and routes from the model's facts
	go generate ./...

clean:
	rm -rf $(BIN)
