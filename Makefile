# Needs Python 3.11 or newer, make and git. `make setup` installs everything else, including Node.

PYTHON ?= python3
BIN := .venv/bin
DIST ?= dist
TAG ?= $(GITHUB_REF_NAME)
STARTER := constructs/ecrkit/cli/init/files/all
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)

# A hashed file of pins for each environment: what runs ecrkit, what develops it, and what runs the sandbox.
SANDBOX := constructs/ecrkit/aws/sandbox/requirements
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade
# Python compiles what it imports; to compile everything takes longer than to copy it.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

# Run a step: say what it does, print its errors only if it fails, and end with one line after Ctrl-C. When a step that
# Ctrl-C ended succeeds, make prints nothing; it ends all the same.
step = @echo '$(1)'; exec 3>&2; log=$$(mktemp); \
	trap 'rm -f $$log; echo "interrupted; run make again" >&3; exit 0' INT; \
	{ $(2); } 2>$$log || { cat $$log >&2; rm -f $$log; exit 1; }; rm -f $$log

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo synth test test-core lint docs benchmark conformance wheel dist notes sbom test-wheel format lock \
	clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed .venv/.sandbox node_modules/.installed ## install what demo and synth need

setup-dev: setup .venv/.installed-dev ## install what the tests need, too

demo: setup ## deploy the catalog into a local AWS, push images and preview a policy
	@trap 'exit 0' INT; ecrkit sandbox --demo

synth: setup ## write the CloudFormation templates to cdk.out
	cdk synth --quiet

test: setup-dev ## run every test, with coverage; first those of test-core, which fail soonest
	coverage erase
	coverage run -m pytest --core --numprocesses auto --maxprocesses 4 --dist loadfile
	coverage run -m pytest -m 'node or server or browser' --numprocesses auto --maxprocesses 4 --dist loadfile
	coverage combine --quiet
	coverage report

test-core: setup-dev ## run the tests that need no Node, no server and no browser
	pytest --core --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup-dev ## check format, style, types, policies and the catalog
	ruff format --check
	ruff check
	mypy
	ecrkit policy check policies --strict
	ecrkit catalog check repositories.yaml --strict

docs: setup-dev ## build the documentation into docs/_build/html
	sphinx-build --quiet --fail-on-warning --keep-going --builder html docs docs/_build/html

benchmark: setup-dev ## measure what the documentation claims
	python benchmarks/policy_check.py
	python benchmarks/preview.py
	python benchmarks/catalog.py
	python benchmarks/lists.py
	python benchmarks/synth.py
	python benchmarks/fleet.py

# PART=preview runs one part, SEED=7 the cases of a report again.
conformance: setup-dev ## compare with the ECR of PROFILE in REGION, for cents; YES=1 does not ask, CLEAN=1 only cleans up
	@PYTHONPATH=tests python -m conformance $(if $(PROFILE),--profile '$(PROFILE)') $(if $(REGION),--region '$(REGION)') \
		$(if $(PART),--part '$(PART)') $(if $(SEED),--seed '$(SEED)') $(if $(YES),--yes) $(if $(CLEAN),--clean)

wheel: setup ## build the wheel and the source distribution into dist
	@$(MAKE) --no-print-directory dist

# The same with the Python of PATH. Every build of one commit has the same bytes.
dist:
	rm -f $(DIST)/ecrkit-*
	python -m hatchling build --directory $(DIST)

notes: setup ## write the release notes of the tag TAG, which must fit this tree, into dist
	mkdir -p $(DIST)
	python release/notes.py "$(TAG)" > $(DIST)/notes.md

sbom: setup-dev ## write the bill of materials into dist
	mkdir -p $(DIST)
	python release/sbom.py $(DIST)/ecrkit.cdx.json

test-wheel: setup-dev ## test the wheel in dist
	pytest tests/test_packaging.py tests/test_upgrade.py --wheel $(DIST)/ecrkit-*.whl

format: setup-dev ## put the code into its format
	ruff format
	ruff check --fix

lock: setup-dev ## pin every dependency again, with hashes
	$(COMPILE) --extra cdk --extra live --extra cfnlint --group build pyproject.toml --output-file requirements.txt
	$(COMPILE) --all-extras --group dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) --no-annotate $(SANDBOX).in --output-file $(SANDBOX).txt
	$(COMPILE) --no-annotate --constraint requirements-dev.txt --extra cdk --extra live --group starter pyproject.toml \
		--output-file $(STARTER)/requirements.txt.tmpl

clean: ## remove what the other targets made
	rm -rf .venv node_modules cdk.out dist docs/_build .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.installed: requirements.txt pyproject.toml
	$(call step,installing Python packages into .venv,\
		{ test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv; } && \
		$(INSTALL) --require-hashes --requirement requirements.txt && \
		$(INSTALL) --no-deps --no-build-isolation --editable .)
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	$(call step,installing what the tests need into .venv,$(INSTALL) --require-hashes --requirement requirements-dev.txt)
	@touch $@

.venv/.sandbox: $(SANDBOX).txt .venv/.installed
	@trap 'exit 0' INT; ecrkit sandbox --prepare
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	$(call step,installing the CDK CLI into node_modules,npm ci --silent --no-audit --no-fund)
	@touch $@
