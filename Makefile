# The tasks of the project. Everything lives in .venv; `make run` and `make test` set it up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Many container images set it: each of the many processes would then compile the libraries again, seconds every time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast setup-storage test-storage setup-spark test-spark lint lint-types lint-style format bench bench-quick mutants generate definitions audit bundle lock

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

setup: $(VENV)/installed  ## create .venv from the lock file

$(VENV)/installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12 …")'
	@echo "正在建立 $(VENV) / making $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "正在安装 $$(grep -c '==' requirements-dev.lock) 个软件包,约需几分钟 / installing $$(grep -c '==' requirements-dev.lock) packages, some minutes"
	@$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "正在读取模型,约需 15 秒 / reading the models, some 15 seconds"
	-@HRSS_HOME=$(abspath $(VENV))/share/hrss $(BIN)/python -P -m orchestration.dbt_build.read_models $(CURDIR)/dbt_project >/dev/null
	@echo "安装完毕 / installed"
	@touch $@

run: setup  ## sample dumps -> nightly job -> published marts, then the table of indicators
	$(BIN)/hrss sample
	$(BIN)/hrss refresh --as-of 2026-01-30  # the sample ends in December 2025

test: setup  ## all tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-fast: setup  ## those of tests/unit: no refresh, no sample, a minute
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not slow" tests/unit $(PYTEST_ARGS)

setup-storage: $(VENV)/storage-installed  ## an S3-compatible server and its client, for tests

$(VENV)/storage-installed: requirements-storage-test.lock | setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-storage-test.lock
	@touch $@

test-storage: setup-storage  ## what is laid at an address, against an S3-compatible server on the loopback address (installs it)
	$(BIN)/python -m pytest -rs tests/integration/orchestration/test_at_address.py tests/integration/orchestration/test_laid_files.py

setup-spark: $(VENV)-spark/installed  ## what HRSS_ENGINE=spark needs, besides Java 17 or 21, in an environment of its own

$(VENV)-spark/installed: requirements-spark.lock | setup
	@$(BIN)/python -m orchestration.dbt_build.spark_ready
	@$(PYTHON) -m venv $(VENV)-spark
	@$(VENV)-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-spark.lock
	@touch $@

test-spark: setup-spark setup-storage  ## the same numbers from Spark and DuckDB, on random deliveries and after a restatement
	$(BIN)/python -m pytest -rs tests/spark

lint: lint-types lint-style  ## style, types and layers of Python, style of SQL

lint-types: setup
	$(BIN)/mypy

lint-style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfmt --check --quiet --no-progressbar dbt_project orchestration

format: setup  ## write Python and SQL in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt --quiet --no-progressbar dbt_project orchestration

bench: setup  ## what it costs, beside the least that would do (RUNS=5); writes benchmarks/RESULTS.md; fails if it grew
	$(BIN)/python -m compileall -q raw_landing orchestration expectations benchmarks
	$(BIN)/python -m benchmarks.refresh $(RUNS)
	$(BIN)/python -m benchmarks.landing $(RUNS)
	$(BIN)/python -m benchmarks.whole $(RUNS)
	$(BIN)/python -m benchmarks.gate $(RUNS)
	$(BIN)/python -m benchmarks.dumps $(RUNS)
	$(BIN)/python -m benchmarks.history $(RUNS)
	$(BIN)/python -m benchmarks.outside $(RUNS)
	$(BIN)/python -m benchmarks.peers $(RUNS)
	$(BIN)/python -m benchmarks.quick
	$(BIN)/python -m benchmarks.report $(RUNS)
	$(BIN)/python -m benchmarks.ratios $(if $(ACCEPT),--accept)

bench-quick: setup  ## the sample's full night, one dump's night, DuckDB alone: in five minutes, before and after a change
	$(BIN)/python -m compileall -q raw_landing orchestration expectations benchmarks
	$(BIN)/python -m benchmarks.quick

mutants: setup  ## small errors put into the models, who notices (FILES=models/…/x.sql: those alone); writes docs/mutants.md
	$(BIN)/python -m tests.tools.mutants $(FILES)

generate: setup  ## what follows from contracts and seeds: dbt sources, staging, lists; manual, dictionary, rules of the gate
	$(BIN)/python -m orchestration.dbt_build.generate
	$(BIN)/python -m raw_landing.manual
	$(BIN)/python -m orchestration.dictionary
	$(BIN)/python -m tests.tools.gate_table

definitions: setup  ## record the formulas as they stand, after a change that leaves every figure as it is
	$(BIN)/python -m orchestration.dbt_build.formulas

bundle: setup  ## one archive for a machine without a network (dist/hrss-….tar): source, wheels, checksums, install.sh
	$(BIN)/python -m orchestration.operations.bundle

audit: setup $(VENV)-audit/installed  ## packages, licences, known vulnerabilities (needs a network); writes build/sbom.cdx.json
	$(VENV)-audit/bin/python -m tests.tools.audit $(BIN)/python

$(VENV)-audit/installed: requirements-audit.lock
	@$(PYTHON) -m venv $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-audit.lock
	@touch $@

lock:  ## pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header --group pyproject.toml:audit -o requirements-audit.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header --group pyproject.toml:linkage -c requirements.lock -o requirements-linkage.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header --group pyproject.toml:storage -c requirements.lock -o requirements-storage.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header --group pyproject.toml:spark -c requirements.lock -o requirements-spark.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header --group pyproject.toml:storage-test -c requirements-dev.lock -c requirements-storage.lock -o requirements-storage-test.lock
	for peer in benchmarks/peers/*/requirements.in; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-annotate --no-header $$peer -o $${peer%.in}.txt; done
