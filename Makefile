# Needs GNU make and Python 3.11 or later; everything else is installed into $(VENV).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check format bench bench-peers bench-web bench-monitors bench-paging screenshots docs lock clean

FITS := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --progress-bar off
TESTS ?=

help: ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/run ## install, then serve with a sample team and show a first page
	@echo "== Starting Tocsin"
	@exec $(BIN)/tocsin serve --demo --data data

# What these say must take every branch of the pure rooms; the others run without the slow counting.
COVERING := tests/domain tests/inbound tests/channels tests/usecases tests/engine
COVER := --cov=tocsin/domain --cov=tocsin/inbound --cov-branch --cov-fail-under=100 \
	--cov-report=term-missing:skip-covered
# What speaks in real time comes afterwards, when the machine is free: it waits more than it works.
ALONE = $(shell grep -rlE 'mark\.alone' tests --include='test_*.py')
test: $(VENV)/dev ## run all tests, or those that TESTS= names
ifdef TESTS
	@echo "== Running these tests"
	@$(BIN)/python -m pytest -n auto $(TESTS)
else
	@echo "== Running the tests that take every branch of domain and inbound"
	@$(BIN)/python -m pytest -n auto -m "not alone" $(COVER) $(COVERING)
	@echo "== Running the others"
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not alone" $(COVERING:%=--ignore=%)
	@echo "== Running the tests that speak in real time"
	@$(BIN)/python -m pytest -n 3 -m alone $(ALONE)
endif

check: $(VENV)/dev ## look at format, style, types and the law of the house
	@echo "== Format"; $(BIN)/ruff format --check .
	@echo "== Style"; $(BIN)/ruff check .
	@echo "== Types"; $(BIN)/mypy
	@echo "== The law of the house"; $(BIN)/python -m pytest -q tests/house

format: $(VENV)/dev ## write all files in the one format
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(VENV)/dev ## measure this server
	@$(BIN)/python -m bench

bench-peers: $(VENV)/dev ## measure this server and its peers in one run
	@$(BIN)/python -m bench --peers

bench-web: $(VENV)/dev ## measure the pages alone
	@$(BIN)/python -m bench --web

bench-monitors: $(VENV)/dev ## measure a thousand monitors alone
	@$(BIN)/python -m bench --monitors

bench-paging: $(VENV)/dev ## measure pages to a crowd alone
	@$(BIN)/python -m bench --paging

screenshots: $(VENV)/dev ## take pictures of all pages into screenshots/ (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots

docs: $(VENV)/dev ## write the generated pages of docs/reference
	@$(BIN)/python -m tests.house.settings_page
	@$(BIN)/python -m tests.house.inbound_page
	@$(BIN)/python -m tests.house.channels_page

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --group build
lock: ## choose the newest fitting versions of all dependencies (needs uv)
	@echo "== Locking"
	@$(COMPILE) --upgrade pyproject.toml --output-file requirements/run.txt
	@$(COMPILE) --upgrade --group dev --constraints requirements/run.txt pyproject.toml \
		--output-file requirements/dev.txt

clean: ## remove what the other commands have made
	rm -rf .venv* dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again only when the locks have changed; the versions for development include the others.
$(VENV)/run: requirements/run.txt pyproject.toml | $(BIN)/python
	@$(INSTALL)
	@touch $@

$(VENV)/dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@$(INSTALL)
	@touch $@ $(VENV)/run

TOLD := /^Collecting/ { print "   " $$2; fflush() } /^Installing/ { print "   installing"; fflush() }
INSTALL = echo "== Installing $< into $(VENV)" && \
	$(PIP) --require-hashes --requirement $< | awk '$(TOLD)' && \
	$(PIP) --quiet --no-deps --no-build-isolation --editable .

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; name one: make PYTHON=..."; exit 1; }
	@echo "== Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
