# One verb a line; each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
ALLURE_VERSION := 3.18.0
ALLURE := .allure/$(ALLURE_VERSION)

.PHONY: failover dynamodb cost suites test test-report check lab report sabotage clean

failover: $(READY) ## lose the writer in six ways and a region, and judge how they survive
	$(BIN)/python -m pytest -m failover

dynamodb: $(READY) ## throttle, silence and lose DynamoDB tables, and judge who uses them; four minutes
	$(BIN)/python -m pytest -m dynamodb

cost: $(READY) ## what a month costs, and whether an overrun is noticed, on both services; two minutes
	$(BIN)/python -m pytest -m cost

suites: $(READY) ## run every suite on the embedded lab; a quarter of an hour and more
	$(BIN)/python -m pytest suites

test: check ## whether we are right: lint, types, contracts, tests
	$(BIN)/python -m pytest tests -q -m "not sabotage and not browser"

test-report: $(READY) $(ALLURE) ## open the reports in a real browser, and look whether they work; needs Chromium and Node.js
	$(BIN)/python -m pytest tests -q -m browser

check: $(READY) ## lint, format, types and import contracts alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(READY) ## start a lab to play with; end it with: .venv/bin/python -m lab down
	$(BIN)/python -m lab up

report: $(READY) $(ALLURE) ## the Allure report of the newest run, and the trend of those before it; needs Node.js
	@$(BIN)/python -m drill.reporting.allure --tools .allure

sabotage: $(READY) ## see every seeded defect turn a suite red; about three quarters of an hour
	$(BIN)/python -m pytest tests -q -m sabotage

clean: ## end every lab, and remove what was made here
	[ ! -x $(BIN)/python ] || $(BIN)/python -m lab down --all
	rm -rf .venv .drill .allure reports/runs reports/latest reports/allure-* reports/.allure-* *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "drill needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "setting up .venv (a minute or two, once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

# Once, and the only part of a report that asks the network for anything.
$(ALLURE):
	@command -v npm >/dev/null || { echo "make: the Allure report needs Node.js 20 or newer with npm: apt-get install nodejs npm" >&2; exit 2; }
	@echo "installing allure $(ALLURE_VERSION) into .allure (some seconds, once) ..."
	@npm install --prefix .allure --no-package-lock --no-audit --no-fund --loglevel=error allure@$(ALLURE_VERSION)
	@touch $(ALLURE)
