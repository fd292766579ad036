# Needs Python 3.11 or newer, make and git. `make setup` brings all else, Node among it.

PYTHON ?= python3
BIN := .venv/bin
STARTER := constructs/ecrkit/cli/init/files/all
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo synth test test-core lint benchmark format lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 11

setup: .venv/.installed node_modules/.installed ## put everything into .venv and node_modules

demo: setup ## deploy the catalog into a local AWS and show what is there
	@ecrkit sandbox -- sh -c 'cdk deploy --all --require-approval never && echo && ecrkit repos list'

synth: setup ## write the CloudFormation templates to cdk.out
	cdk synth --quiet

test: setup ## run every test, with coverage
	coverage erase
	coverage run -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
	coverage combine --quiet
	coverage report

test-core: setup ## run the tests that need no Node, no server and no browser
	pytest --core --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup ## check format, style, types, policies and the catalog
	ruff format --check
	ruff check
	mypy
	ecrkit policy check policies --strict
	ecrkit catalog check repositories.yaml --strict

benchmark: setup ## measure what the documentation claims
	python benchmarks/policy_check.py
	python benchmarks/preview.py
	python benchmarks/synth.py

format: setup ## put the code into its format
	ruff format
	ruff check --fix

lock: setup ## pin every dependency again, with hashes
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--all-extras --group dev pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--constraint requirements.txt --extra cdk --extra live --group starter pyproject.toml \
		--output-file $(STARTER)/requirements.txt.tmpl

clean: ## remove what the other targets made
	rm -rf .venv node_modules cdk.out dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	npm ci --silent --no-audit --no-fund
	@touch $@
