# Readyshelf, as verbs. It needs Go, bash and git; "make deps" sees to the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Debian keeps mosquitto in /usr/sbin, which is not in everybody's PATH.
export PATH := $(PATH):/usr/sbin

VERSION := $(shell git describe --tags --always --dirty --abbrev=10 2>/dev/null || echo development)
STATIC  := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
CMD     := ./cmd/readyshelf

.PHONY: help demo build build-all always deb check test deps format vet static short race alone salvage peers browser rig days lunches guests forecasts fuzz torture bench clean

help: ## list the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

demo: ## show a simulated lunch; nothing to install, nothing to connect
	go run $(CMD) demo

build: ## bin/readyshelf for this machine, static
	$(STATIC) -o bin/readyshelf $(CMD)

build-all: build $(foreach p,amd64 arm64 armv7,bin/readyshelf-linux-$p) ## the same, and for every Raspberry Pi since the 2

bin/readyshelf-linux-armv7: port = GOARCH=arm GOARM=7
bin/readyshelf-linux-%: always
	GOOS=linux $(or $(port),GOARCH=$*) $(STATIC) -o $@ $(CMD)

# Where the packages go, and for which of Debian's architectures.
DIST ?= dist
DEBS ?= arm64 armhf amd64

deb: ## dist/readyshelf_*.deb: what installs itself on Raspberry Pi OS and Debian
	BUILD='$(STATIC)' bash systemd/package/build.sh $(DIST) $(DEBS)

check: format vet static short ## what is quick: form, vet, staticcheck, short tests

test: deps format vet static race alone salvage peers browser days rig ## everything: what CI runs

deps: ## install what the tests use: a broker, a browser, a C compiler, promtool, tools for disks, Debian's checkers, shells
	@bash test/deps.sh

format:
	@wrong=$$(gofmt -l .); [ -z "$$wrong" ] || { echo "gofmt these:"; echo "$$wrong"; exit 1; }

vet:
	go vet ./...

static:
	go tool staticcheck ./...

short:
	go test -short ./...

race: # the package that takes longest first, beside the others
	go test $$(bash test/race.sh) -shuffle=on -timeout 20m ./test ./...

alone: # what one goroutine does, and the race detector only slows
	go test -short ./sensors/ticket

salvage: # a hundred damaged logs
	go test -run 'TestSalvage|TestAnyDamage' ./buffer

peers: ## real brokers under the real uplink: three NATS nodes, two of them killed
	staticcheck=$$(go tool -n staticcheck); cd test/peers; go vet ./...; $$staticcheck ./...; go test -count=1 -timeout 5m ./...

browser: ## the kitchen's pages in a real Chromium, with a daemon and virtual hardware behind them
	staticcheck=$$(go tool -n staticcheck); cd test/browser; go vet ./...; $$staticcheck ./...; go test -count=1 -timeout 10m ./...

rig: ## a virtual Raspberry Pi with a real kernel: buttons, cables, power cuts, the package under systemd
	@bash test/rig/rig.sh $(if $(CASE),-run '$(CASE)')

days: # each for minutes and of one processor
	@$(MAKE) --no-print-directory -j2 --output-sync lunches guests forecasts

forecasts: ## what the forecast promises, on the development data beside the checkout
	go test -timeout 15m ./predict
	go test -count=1 -v -timeout 15m -run 'Promises|Forgotten|Chain|Poison' ./predict/backtest

lunches: # the whole daemon through 200 lunches and two weeks of mishaps
	go test -run 'TestLunch|TestWeek' -timeout 15m $(CMD) -lunches 200 -weeks 2

guests: # 10,000 made-up slips in seven languages: nobody of them gets out
	go test -run TestNobodyLeaves ./test/guests

# How often. "make test" has 200, 200 and 100.
KILLS   ?= 2000
CUTS    ?= 2000
DAMAGED ?= 1000
# How long each parser of tickets is fuzzed.
FUZZED  ?= 5m

torture: ## kills, power cuts, damage, bad cards and tickets nobody prints for an hour, on the card that READYSHELF_TORTURE_DIR names
	go test -count=1 -v -timeout 6h -run 'TestKill|TestPowerCut|Card|TestDamagedLog|TestDrain' ./test -kills $(KILLS) -cuts $(CUTS)
	go test -count=1 -v -timeout 1h -run 'TestSalvage|TestAnyDamage' ./buffer -damaged $(DAMAGED)
	bash test/fuzz.sh $(FUZZED) ./sensors/ticket

fuzz: ## every parser against invented input, a minute each
	bash test/fuzz.sh 60s

bench: ## measure, and write docs/bench.md
	bash test/bench.sh docs/bench.md

clean: ## take away what was built
	rm -rf bin dist
