.PHONY: help demo walk test test-postgres test-all check fuzz requirements bench format clean lock
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := -e core $(patsubst %/pyproject.toml,-e %,$(wildcard plugins/*/pyproject.toml)) -e hosts
DEMO := hosts/demo/demo.toml
PORT ?= 8000
CONTRACTS ?= 300
FUZZ ?= 50000

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

$(VENV)/runtime.stamp: requirements.lock core/pyproject.toml hosts/pyproject.toml $(wildcard plugins/*/pyproject.toml)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(PACKAGES)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: $(VENV)/runtime.stamp ## A supplier with data, served at http://127.0.0.1:8000 (PORT=, CONTRACTS=)
	@$(BIN)/abonent --config $(DEMO) demo --port $(PORT) --contracts $(CONTRACTS)

walk: $(VENV)/runtime.stamp ## Start a demo host on a free port and do the main job over HTTP, step by step
	@$(BIN)/abonent --config $(DEMO) walk

test: $(VENV)/dev.stamp ## All tests on the embedded default (SQLite, in-process worker)
	$(BIN)/pytest -q

test-postgres: $(VENV)/dev.stamp ## All tests on PostgreSQL, with RabbitMQ and Redis
	.ci/services
	ABONENT_TEST_POSTGRES=$${ABONENT_TEST_POSTGRES:-postgresql://postgres@127.0.0.1:5432/postgres} ABONENT_TEST_BROKERS=1 $(BIN)/pytest -q

check: $(VENV)/dev.stamp ## Linters, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core plugins hosts tests
	$(BIN)/lint-imports

fuzz: $(VENV)/dev.stamp ## Hostile files by the ten thousand (FUZZ=): what `make test` does with a few
	ABONENT_FUZZ=$(FUZZ) $(BIN)/pytest -q --timeout=0 -k fuzz tests/core tests/plugins

requirements: $(VENV)/dev.stamp ## Which requirements have a passing test, per owner
	$(BIN)/pytest -q --requirements=var/requirements.json >/dev/null || true
	$(BIN)/python tests/house/requirements.py var/requirements.json

bench: $(VENV)/dev.stamp ## Ratios against hand-written peers, measured in one run (needs PostgreSQL)
	.ci/services
	$(BIN)/python -m tests.load.bench
	$(BIN)/python -m tests.load.bench_80020

format: $(VENV)/dev.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin what is installed (maintainers)
	$(BIN)/python tests/house/lock.py

clean: ## Remove the virtual environment and all data of the demo
	rm -rf $(VENV) var
