# Every target of the project; `make` lists them. Needs git, make and Python 3.11 or later, and the package index once.

PYTHON ?= python3
BIN := .venv/bin
# of tests; those of a file share what they build, and stay together
PROCESSES := --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test test-slow check bench-ingest bench-warehouse bench-consistency lock ui documents units postgresql clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/installed ## install, take in what is new, build, check and publish the warehouse
	@$(BIN)/ketnap build

test: .venv/installed .venv/clients/duckdb-1.4/installed .venv/reference/vietnamadminunits/installed .venv/postgresql/installed ## run the tests
	$(BIN)/pytest $(PROCESSES) $(OPTIONS)

test-slow: .venv/installed ## run the tests that take more than an hour; OPTIONS=--tenth repeats a tenth as often
	$(BIN)/pytest $(PROCESSES) -m slow $(OPTIONS)

check: .venv/installed ## lint, formatting, types, SQL, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	$(BIN)/lint-imports

bench-ingest: .venv/installed ## measure 10,000 workbooks against bare reading and a pandas loop (a quarter of an hour)
	@$(BIN)/python -m benchmarks.ingest $(OPTIONS)

bench-warehouse: .venv/installed ## measure ten years of monthly reports against hand-written SQL (half an hour, 17 GB)
	@$(BIN)/python -m benchmarks.warehouse $(OPTIONS)

bench-consistency: .venv/installed ## measure how surely and how fast a wrong figure is found (two minutes)
	@$(BIN)/python -m benchmarks.consistency $(OPTIONS)

documents: .venv/installed ## write docs/tables.md, docs/sources.md and docs/model_graph.svg anew
	@$(BIN)/ketnap documents

units: .venv/installed .venv/reference/vietnamadminunits/installed ## write the seeds of administrative units anew
	@$(BIN)/python -m reference.administrative_units

ui: .venv/installed ## open Dagster's pages
	@$(BIN)/ketnap ui

lock: .venv/installed ## pin all dependencies anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras \
		--group dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras \
		tests/clients/duckdb-1.4.in --output-file tests/clients/duckdb-1.4.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-deps \
		reference/vietnamadminunits.in --output-file reference/vietnamadminunits.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras \
		tests/consistency/banff.in --output-file tests/consistency/banff.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-deps \
		docs/operations/postgresql.in --output-file docs/operations/postgresql.lock

clean: ## remove the environment and what builds left; raw files, lake and published warehouse stay
	rm -rf .venv data/build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# pip installs uv, and uv the rest: a few seconds instead of a minute. Byte code is compiled now, not in the first run.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	@echo "installing into .venv"
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --offline --no-deps --no-build-isolation --editable .
	@touch $@

# an old client, to prove that it can read what is published
.venv/clients/duckdb-1.4/installed: tests/clients/duckdb-1.4.lock .venv/installed
	@rm -rf $(@D)
	@$(BIN)/uv pip install --quiet --require-hashes --target $(@D) -r $<
	@touch $@

# Dagster's history in PostgreSQL, for those who want it: under the LGPL, so it is no part of the environment
postgresql: .venv/postgresql/installed ## install what Dagster needs for a history in PostgreSQL, into .venv/postgresql

.venv/postgresql/installed: docs/operations/postgresql.lock .venv/installed
	@rm -rf $(@D)
	@$(BIN)/uv pip install --quiet --require-hashes --no-deps --target $(@D) -r $<
	@touch $@

# read by `make units` and never imported: without its dependencies, one of which is under the GPL
.venv/reference/vietnamadminunits/installed: reference/vietnamadminunits.lock .venv/installed
	@rm -rf $(@D)
	@$(BIN)/uv pip install --quiet --require-hashes --no-deps --target $(@D) -r $<
	@touch $@

# a peer that the localisation of errors is compared with. It is under the GPL, so no other target needs it: it is run by one
# test as a program of its own, which is skipped without it, and is no part of the project
.venv/reference/banff/installed: tests/consistency/banff.lock .venv/installed
	@rm -rf $(@D)
	@$(BIN)/uv pip install --quiet --require-hashes --target $(@D) -r $<
	@touch $@
