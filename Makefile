# Two commands do everything on a fresh machine: `make demo` shows the product, `make test` proves it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The public schemas that tests hold reports against: locked, verified, and no part of this repository.
SCHEMAS := $(VENV)/schemas
# The chart library of the portal: locked, verified, and no part of this repository either.
PORTAL := $(VENV)/portal
# What tests start beside the pinned toolchain; Debian's packages.
SYSTEM_PROGRAMS := prometheus chromium iptables ip pg_ctlcluster
WORKERS ?= 2

.PHONY: help setup portal toolchain system demo down test check unit integration e2e bench lock clean

help: ## Show the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("govcloud needs Python 3.11 or newer; name one: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(PORTAL)/.ready: $(wildcard monitors/portal/web/package*.json) monitors/portal/web/install | $(READY)
	@./tools/system-packages npm
	@monitors/portal/web/install $(PORTAL)
	@touch $@

setup: $(READY) ## Make the virtual environment with the locked dependencies.

$(SCHEMAS)/.ready: $(wildcard tests/unit/report/schemas/*) | $(READY)
	@./tools/system-packages npm
	@tests/unit/report/schemas/install $(SCHEMAS) $(BIN)/python
	@touch $@

portal: $(PORTAL)/.ready ## Put the chart library beside the portal's page.

toolchain: setup ## Install the pinned programs (verified; built from source where nothing else serves them).
	@$(BIN)/govcloud toolchain install

system: ## Install the system packages that tests need, where the machine allows it.
	@./tools/system-packages $(SYSTEM_PROGRAMS)

demo: setup portal ## Bring up Beijing and Gui'an, the national plan's tenancies at work in them, and the portal.
	@$(BIN)/python -m govcloud.cli.demo

down: setup ## Stop the demo's monitor and regions; their data stays.
	@$(BIN)/govcloud monitor stop
	@$(BIN)/govcloud region down --all

check: setup ## Format, lint, types, import contracts.
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

unit: setup portal $(SCHEMAS)/.ready ## Fast tests, without the toolchain.
	@$(BIN)/python -m pytest tests/unit -q -n $(WORKERS)

# Tests are in the order and the groups that tests/integration/conftest.py gives them.
integration: toolchain system portal ## Tests against the real Pulumi engine and real API servers.
	@$(BIN)/python -m pytest tests/integration -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder --durations 12

e2e: toolchain system portal ## The stories, from the command line to the regions.
	@$(BIN)/python -m pytest tests/e2e -q

test: check unit integration e2e ## Everything; what CI runs.

bench: toolchain ## The measurements that the performance claims rest on.
	@$(BIN)/python -m benchmarks.footprint
	@$(BIN)/python -m benchmarks.provisioning
	@$(BIN)/python -m benchmarks.policy
	@$(BIN)/python -m benchmarks.register
	@$(BIN)/python -m benchmarks.monitoring

lock: setup ## Pin every dependency with its hashes.
	@$(BIN)/python -m pip install --quiet pip-tools==7.6.2
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra dev --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml

clean: ## Remove what make made here; regions and the toolchain's cache stay.
	rm -rf $(VENV) monitors/portal/web/build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
