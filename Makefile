# Everything a newcomer needs: `make demo`, then `make test`. Only Python 3.11+, git and make are
# taken for granted; all else comes from the lock, by hash.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test lint types check slow lock names clean

help:
	@echo "make demo   set up, make a small corpus, turn it into a release"
	@echo "make test   set up, run the tests"
	@echo "make check  tests, lint, types, import rules: what CI runs"
	@echo "make slow   heavy tests: kills, large records, memory"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@rm -rf demo
	$(BIN)/datagov demo demo
	@echo
	@echo "Open demo/release/report/index.html in a browser."

test: setup
	$(BIN)/python -m pytest -n auto

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

check: test lint types

slow: setup
	$(BIN)/python -m pytest -m slow

lock:
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-find-links --no-emit-index-url \
		--output-file=requirements.lock pyproject.toml requirements-dev.in

names: setup
	$(BIN)/python -m datagov.detect.pii.names.collect

clean:
	rm -rf $(VENV) demo build dist
