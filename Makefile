# Set-up prints to standard error only, so a target's standard output is that of its program.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-once test quick exhaustive torture journeys check docs docs-check pictures audit items image release
.PHONY: bench pdf-standards lock clean

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: ## Bring .venv up to date with the lock files (other targets do this too)
	@scripts/setup

demo: setup ## Start everything and play the story once; Ctrl-C ends it; ARGS=--v1 uses a v1 key
	@exec .venv/bin/goodword demo $(ARGS)

demo-once: setup ## Play the story with fresh data, print the outcome as JSON and exit
	@exec .venv/bin/goodword demo --once $(ARGS)

test: setup ## Run all tests; ARGS="..." goes to pytest
	@exec .venv/bin/python scripts/run_tests.py $(ARGS)

quick: setup ## Run all tests except browser tests and those of programs, whole worlds and large inputs
	@exec .venv/bin/python scripts/run_tests.py --quick $(ARGS)

exhaustive: setup ## Try every combination where the other targets try pairs
	@exec .venv/bin/python scripts/run_tests.py --exhaustive $(ARGS)

torture: setup ## Run applications while everything fails, and check the outcome; ARGS="--deliveries 10000 --seed 7"
	@exec .venv/bin/python -m tests.torture $(ARGS)

journeys: setup ## Count the files involved in four behaviours; ARGS=--files lists them
	@exec .venv/bin/python scripts/journeys.py $(ARGS)

check: setup ## Lint, formatting, types, import layers, missing migrations; ARGS=mypy runs one of them
	@exec .venv/bin/python scripts/check.py $(ARGS)

docs: setup ## Build the documentation as a site in site/
	@exec .venv/bin/python scripts/docs.py

docs-check: setup ## Run the commands of README.md and docs/ in an empty Debian system (root; minutes)
	@exec .venv/bin/python scripts/docs_check.py $(ARGS)

pictures: setup ## Retake the pictures of docs/connect-greenhouse.md, by a browser test
	@DOCS_PICTURES=docs/pictures exec .venv/bin/python scripts/run_tests.py tests/browser/test_article_v3.py

audit: setup ## Check the locked packages against advisory databases; lists those it could not check
	@exec .venv/bin/python scripts/audit.py

items: setup ## Generate 10,000 items of each family and level and have them solved; ARGS="--seeds 200"
	@exec .venv/bin/python scripts/make_items.py $(ARGS)

bench: setup ## Measure everything and write docs/performance.md (20 minutes; an otherwise quiet machine)
	@exec .venv/bin/python -m bench $(ARGS)

pdf-standards: setup ## Check signed reports against PDF/A-2a and PDF/UA-1 with veraPDF (needs Java)
	@exec .venv/bin/python scripts/pdf_standards.py

image: ## Build the container image with podman, buildah or docker; ARGS="--build-arg BASE=..." for another base
	@exec scripts/image $(ARGS)

release: setup ## Build wheels, sources, checksums, notes and a list of dependencies in dist/, and try them out
	@exec .venv/bin/python scripts/release.py

lock: setup ## Compile the lock files; ARGS=--upgrade for the newest versions
	@exec .venv/bin/python scripts/lock.py $(ARGS)

clean: ## Remove the virtual environments and caches, never ./var
	@rm -rf .venv .venv-tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .test-cache test-results
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
