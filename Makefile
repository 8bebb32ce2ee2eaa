# The front door. Every target installs what is missing, configures and builds by itself.

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
RUN_ARGS ?= --queue sqlite:build/run/jobs.sqlite --out build/run --dead-letters build/run/dead-letters.sqlite --report

PREFIX ?= /usr/local

.PHONY: help run test bench reliability fuzz install deps format clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: deps ## build and run the example inference worker on Fashion-MNIST, report in build/run
	@scripts/build.sh release -j $(JOBS) inference_worker
	@mkdir -p build/run
	@build/release/examples/inference_worker/inference_worker $(RUN_ARGS)

test: deps ## build everything and run all tests
	@scripts/build.sh release -j $(JOBS) all
	@ctest --test-dir build/release -j 2 --output-on-failure

bench: deps ## build and run the benchmarks, figures in build/bench/results.json
	@scripts/build.sh release -j $(JOBS) penstock_bench
	@mkdir -p build/bench
	@build/release/bench/penstock_bench --out build/bench/results.json

reliability: deps ## build and run what breaks things on purpose, findings in build/reliability/results.json
	@scripts/build.sh release -j $(JOBS) penstock_reliability
	@mkdir -p build/reliability
	@build/release/tests/reliability/penstock_reliability --out build/reliability/results.json

fuzz: ## build the fuzz targets with clang and run each for FUZZ_SECONDS (60), findings in build/fuzz/findings
	@scripts/deps.sh --ci
	@scripts/build.sh fuzz -j $(JOBS) penstock_fuzz
	@scripts/fuzz.sh $(FUZZ_SECONDS)

install: deps ## build and install the library and the program penstock (PREFIX=/usr/local)
	@scripts/build.sh release -j $(JOBS) penstock_libraries penstock_program
	@cmake --install build/release --prefix $(PREFIX)

deps: ## install the Debian packages that are missing (never removes one)
	@scripts/deps.sh

format: ## format all sources with clang-format
	@scripts/deps.sh --ci
	@scripts/format.sh

clean: ## remove the build folder
	rm -rf build
