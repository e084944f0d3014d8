.PHONY: help demo walk test test-postgres test-all check requirements bench fuzz test-libreoffice format clean lock
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := -e core $(patsubst %/pyproject.toml,-e %,$(wildcard plugins/*/pyproject.toml)) -e hosts
DEMO := hosts/demo/demo.toml
PORT ?= 8000
CONTRACTS ?= 300

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

test-postgres: $(VENV)/dev.stamp ## All tests that open a database on PostgreSQL, with RabbitMQ and Redis
	.ci/services
	ABONENT_TEST_POSTGRES=$${ABONENT_TEST_POSTGRES:-postgresql://postgres@127.0.0.1:5432/postgres} ABONENT_TEST_BROKERS=1 $(BIN)/pytest -q

check: $(VENV)/dev.stamp ## Linters, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core plugins hosts tests
	$(BIN)/lint-imports

requirements: $(VENV)/dev.stamp ## Which requirements have a passing test, per owner
	$(BIN)/pytest -q --requirements=var/requirements.json >/dev/null || true
	$(BIN)/python tests/house/requirements.py var/requirements.json

fuzz: $(VENV)/dev.stamp ## Mutations of workbooks and of 80020 files for as long as you like (FUZZ=100000, ABONENT_TEST_SEED=)
	ABONENT_FUZZ=$(or $(FUZZ),100000) $(BIN)/pytest -q -s --timeout=0 -k "mutated or fuzz" tests/plugins/readings/test_hostile_workbooks.py tests/plugins/readings/test_fuzz_80020.py

test-libreoffice: $(VENV)/dev.stamp ## Templates opened and saved by LibreOffice (apt-get install libreoffice-calc-nogui)
	ABONENT_TEST_LIBREOFFICE=1 $(BIN)/pytest -q tests/plugins/readings/test_libreoffice.py

bench: $(VENV)/dev.stamp ## Ratios against hand-written peers, measured in one run (needs PostgreSQL)
	.ci/services
	.ci/gost
	$(BIN)/python -m tests.load.bench
	$(BIN)/python -m tests.load.bench_80020
	$(BIN)/python -m tests.load.bench_uploads
	$(BIN)/python -m tests.load.bench_signatures

format: $(VENV)/dev.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin what is installed (maintainers)
	$(BIN)/python tests/house/lock.py

clean: ## Remove the virtual environment and all data of the demo
	rm -rf $(VENV) var
