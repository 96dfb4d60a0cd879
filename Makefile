# One verb a line; each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: failover suites test check lab sabotage clean

failover: $(READY) ## break the embedded lab in six ways, and judge how it survives
	$(BIN)/python -m pytest -m failover

suites: $(READY) ## run every suite on the embedded lab; twelve minutes
	$(BIN)/python -m pytest suites

test: check ## whether we are right: lint, types, contracts, tests
	$(BIN)/python -m pytest tests -q -m "not sabotage"

check: $(READY) ## lint, format, types and import contracts alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(READY) ## start a lab to play with; end it with: .venv/bin/python -m lab down
	$(BIN)/python -m lab up

sabotage: $(READY) ## see every seeded defect turn a suite red; about half an hour
	$(BIN)/python -m pytest tests -q -m sabotage

clean: ## end every lab, and remove what was made here
	[ ! -x $(BIN)/python ] || $(BIN)/python -m lab down --all
	rm -rf .venv .drill reports/runs reports/latest reports/allure-results *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "drill needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "setting up .venv (a minute or two, once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)
