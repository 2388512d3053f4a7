.DEFAULT_GOAL := help
DATABASE ?= sqlite:./scrip.db
PORT ?= 8080

.PHONY: help setup run build test format lint tour examples bench clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install the system packages that are missing
	@Scripts/setup

run: setup ## Build and start the server with sample data on an embedded database
	@program=$$(Scripts/build-release) && exec "$$program" serve --sample --database "$(DATABASE)" --port $(PORT)

build: setup ## Build everything, with debugging information
	Scripts/tidy swift build

test: setup ## Build everything and run every test
	Scripts/tidy swift build --build-tests
	Scripts/tidy swift test --skip-build

format: ## Format the sources
	swift format --in-place --recursive Sources Tests Package.swift

lint: ## Check the sources' format
	swift format lint --strict --recursive Sources Tests Package.swift

tour: build ## Carry out the tour in README.md against a real server
	@Scripts/check-tour

examples: setup ## Carry out the walkthroughs in Examples and compare what they show
	@Scripts/check-examples

bench: ## Measure how fast the ledger is (docs/performance.md)
	@Scripts/setup wrk
	Scripts/tidy swift run -c release --package-path Benchmarks

clean: ## Remove what was built
	rm -rf .build
