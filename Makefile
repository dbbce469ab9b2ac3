# `make repro` and `make test` do their own set-up. On Python 3.12: make PYTHON=python3.12 repro

SHELL := bash
PYTHON ?= python3
VENV := .venv
PORT ?= 5000

# uv reads no settings of pip: a wheel folder that is configured there is handed over.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := 1
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup repro ui pull test lint bench lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## install everything into .venv

$(VENV)/.ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "arf needs Python 3.11 to 3.13: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python \
	  --constraint requirements.lock --editable '.[dev]'
	@touch $@

repro: setup ## rebuild what is out of date, from data to comparison
	dvc repro --allow-missing

ui: setup ## mirror the results to MLflow and open the comparison
	arf ui --port $(PORT)

pull: setup ## fetch versioned data, adapters and metrics from the DVC remote
	dvc pull --allow-missing
	dvc repro --allow-missing --dry

test: setup ## all tests but the opt-in ones, two files at a time
	pytest --numprocesses 2 --dist loadfile

lint: setup ## ruff and mypy
	ruff format --check .
	ruff check .
	mypy

bench: setup ## the measurements behind the README's figures
	for script in benchmarks/*.py; do echo "== $$script"; python $$script || exit 1; done

lock: setup ## pin all dependencies anew after a change of pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
