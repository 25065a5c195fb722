# Linkdesk. The two commands: `make run` opens the window, `make test` proves the program.
# Both install what they need (.ci/setup.sh says what). `make help` lists the rest.

GO      ?= go
VERSION := $(shell sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
LDFLAGS := -s -w -X main.version=$(VERSION)
# On Linux gles halves the first build and draws the same, and x11 alone (also under Wayland) needs fewer
# packages; migrated_fynedo drops thread checks that cost.
comma   := ,
TAGS    := migrated_fynedo$(if $(filter Linux,$(shell uname -s)),$(comma)gles$(comma)x11)
BIN     := bin/linkdesk
LINTER  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2

export GOFLAGS := -buildvcs=false
SHELL := /bin/bash

.PHONY: help mutants test-network run demo build test lint screens test-desktop test-services test-clients test-n8n test-independent bench setup-build setup-test setup-desktop

help: ## what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'

run: build ## set up, build and open the window (without a display: the demo)
	@$(BIN); code=$$?; \
	if [ $$code = 3 ]; then echo "Running the demo instead: the same job, printed."; $(BIN) demo; else exit $$code; fi

demo: build ## the main job on the practice store, printed
	@$(BIN) demo

build: setup-build ## the program: bin/linkdesk
	$(GO) build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/linkdesk

test: setup-test ## all tests that need no display, with the race detector
	CGO_ENABLED=1 $(GO) test -race -tags ci -timeout 600s ./...

lint: setup-test ## style, import rules, dead code
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt these"; exit 1; }
	$(GO) vet -tags ci ./...
	$(GO) run $(LINTER) run --build-tags ci ./...

screens: setup-test ## pictures of every screen, light and dark, in .cache/screens
	@rm -rf .cache/screens && mkdir -p .cache/screens
	CGO_ENABLED=0 LINKDESK_SCREENS=$(CURDIR)/.cache/screens $(GO) test -count=1 -run Screens ./ui/...
	@ls .cache/screens

test-desktop: build setup-desktop ## the real window, browser, tray and keyring, on a desktop nobody sees
	GUI_SIZE=1920x1280 .ci/desktop.sh $(GO) test -count=1 -p 1 -tags desktop,$(TAGS) -timeout 1800s ./core/vault/ ./cmd/linkdesk/desktoptest/

test-services: build ## our manifests against the vendors' own documents (LINKDESK_SPECS) and Prism
	.ci/services.sh

test-clients: build ## OAuth clients that others wrote (npm, Python, curl) against our authorization server
	.ci/clients.sh

test-n8n: build ## n8n itself, connected, reading, renewing and stopped (installs 1.6 GB into .cache)
	.ci/n8n.sh

test-independent: setup-build ## sign-in against an authorization server that others wrote (npm oidc-provider)
	$(GO) build -tags $(TAGS) -ldflags '-X main.version=$(VERSION)' -o .cache/linkdesk-symbols ./cmd/linkdesk
	LINKDESK_BIN=$(CURDIR)/.cache/linkdesk-symbols .ci/independent.sh

test-network: build ## who reaches the address: this computer, Docker, the network (root on Linux)
	.ci/network.sh

mutants: setup-test ## change the authorization server line by line: a test has to notice each change (long)
	$(GO) run ./.ci/mutate ./core/authserver

bench: setup-test ## the figures of this engine: first load, read again, reading back, memory
	$(GO) run ./cmd/linkdesk/bench

setup-build: ; @.ci/setup.sh build
setup-test: ; @.ci/setup.sh test
setup-desktop: ; @.ci/setup.sh desktop
