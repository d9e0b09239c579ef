# Every target prepares .venv by itself; `make help` lists them.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# What somebody gives reaches programs by their environment, as it is: neither make nor the shell takes it for words of its own.
GIVEN := PORT FANFOLD_HOME PROJECT REGION ENVIRONMENT EMAIL SECRETS DRY_RUN SEED SEEDS
$(foreach name,$(GIVEN),$(if $(filter command environment,$(firstword $(origin $(name)))),$(eval export $(name)))\
	$(eval override $(name) := $$(value $(name))))

PY := .venv/bin/python
STAMP := .venv/.prepared
# Firebase's Auth emulator and web SDK; npm writes this file last.
FIREBASE := infra/local/firebase/node_modules/.package-lock.json
# The web app: the packages that it is built with, and what is built; only sources that changed build it anew.
WEB_PACKAGES := web/node_modules/.package-lock.json
WEB := web/dist/.built
WEB_SOURCES = $(shell find web/src web/public web/index.html web/*.ts web/*.mjs web/package.json -type f ! -name '*.test.ts*')
NODE = node -e 'process.exit(+(parseInt(process.versions.node) < 20))' >/dev/null 2>&1 && command -v npm >/dev/null
# The systems that Fanfold is measured beside, in an environment of their own; only `make bench` needs it.
PEERS := .venv-peers/.prepared
CODE := $(wildcard shared client functions infra tests benchmarks)
TESTS ?= tests
# Continuous integration runs every test; the emulators stack runs the emulator.
EMULATORS := $(if $(CI)$(filter emulators,$(FANFOLD_STACK)),$(FIREBASE))
# Continuous integration checks the web app, too; elsewhere its tests say what they need.
BUILT := $(if $(CI),$(WEB))

# The first Python from 3.11 on, by name; asked only when .venv must be made or renewed.
FIND_PYTHON = for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$name"; break; fi; done

# A moved checkout or a vanished Python makes the stamp worthless.
ifneq ($(shell cat $(STAMP) 2>/dev/null && test -x $(PY)),$(CURDIR))
.PHONY: $(STAMP)
endif
ifeq ($(wildcard $(PY)),)
.PHONY: $(STAMP)
endif

.PHONY: help demo run web schema screenshots test check bench format lint types imports formatted faults docs lock archive deploy publish clean firebase

help: ## Show these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

demo: $(STAMP) $(EMULATORS) ## Make the sample campaign, start to finish: images and a contact sheet in out/demo/
	@$(PY) -m infra.demo

run: $(STAMP) $(EMULATORS) ## Serve on this machine until stopped (PORT=8080, FANFOLD_HOME=.fanfold)
	@if $(NODE); then $(MAKE) --silent $(WEB) || echo "The web app could not be built (see above): only the API is served." >&2; \
	else echo "The web app needs Node 20 or newer with npm (Debian: sudo apt-get install nodejs npm): only the API is served."; fi
	@$(PY) -m infra.local

web: $(WEB) ## Build the web app into web/dist/ (needs Node 20 or newer, as its tests do)

schema: $(STAMP) $(WEB_PACKAGES) ## Write the web app's types of the API from the API's own description
	@$(PY) -m infra.openapi_page >web/openapi.json && cd web && npm run --silent schema && rm openapi.json

test: $(STAMP) $(EMULATORS) $(BUILT) ## Pass all tests; branch coverage of the core at least 95 % (TESTS=tests/unit for a part, without coverage)
	@$(PY) -m $(if $(filter tests,$(TESTS)),tests,pytest $(TESTS))
	@$(if $(filter tests,$(TESTS)),$(PY) -m infra.branches .coverage.json)

check: formatted lint types imports test ## Everything that must hold before a change is merged

bench: $(STAMP) $(EMULATORS) $(if $(filter emulators,$(FANFOLD_STACK)),$(WEB)) $(PEERS) ## Measure, and print each figure beside its target (FANFOLD_STACK=emulators: live pages and a large wall in a browser)
	@$(PY) -m benchmarks --stack $(or $(FANFOLD_STACK),embedded)

format: $(STAMP) ## Format the code and mend what ruff can mend
	@$(PY) -m ruff check --fix-only --quiet $(CODE)
	@$(PY) -m ruff format $(CODE)

formatted: $(STAMP) ## Say whether the code is formatted
	@$(PY) -m ruff format --check $(CODE)

lint: $(STAMP) ## Lint with ruff
	@$(PY) -m ruff check $(CODE)

types: $(STAMP) ## Check types, strictly
	@$(PY) -m mypy $(CODE)

imports: $(STAMP) ## Check the directions of imports
	@.venv/bin/lint-imports --no-logo

faults: $(STAMP) ## The fault laboratory: 2,000 seeded lives in which everything goes wrong (SEEDS=2000; SEED=17 tells one whole)
	@$(PY) -m tests.faults.laboratory $(if $(SEED),--seed "$$SEED",--seeds "$${SEEDS:-2000}")

docs: $(STAMP) ## Write docs/settings.md from the settings' own class
	@page="$$($(PY) -m infra.settings_page)" && printf '%s\n' "$$page" >docs/settings.md

screenshots: $(STAMP) $(FIREBASE) $(WEB) ## Photograph every page of the web app into docs/images/ (needs Node, and chromium on PATH)
	@$(PY) -m tests.browser.screenshots

lock: $(STAMP) ## Pin anew everything that the three requirements*.in pull in
	@$(PY) -m pip install -q --disable-pip-version-check pip-tools==7.6.2
	@for name in requirements requirements-client requirements-dev benchmarks/peers/requirements; do CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile -q --strip-extras \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line -o $$name.txt $$name.in || exit 1; done

archive: $(STAMP) ## Write the one archive that every function is deployed from: out/fanfold.zip
	@$(PY) -m infra.archive out/fanfold.zip

firebase: $(FIREBASE) ## Install Firebase's Auth emulator and web SDK from npm (needs Node 20 or newer)

deploy: $(STAMP) ## Deploy to Google Cloud (PROJECT=… REGION=… [ENVIRONMENT=dev] [EMAIL=…] [SECRETS='NAME=FILE'] [DRY_RUN=1])
	@set -f; set -- --project="$$PROJECT" --region="$$REGION" --environment="$${ENVIRONMENT:-dev}" --email="$$EMAIL"; \
	for pair in $$SECRETS; do set -- "$$@" --secret="$$pair"; done; \
	if [ "$$DRY_RUN" = 1 ]; then set -- "$$@" --dry-run; fi; \
	$(PY) -m infra.deploy "$$@"

publish: $(STAMP) ## Publish the web app on Firebase Hosting (PROJECT=… REGION=… [DRY_RUN=1]; needs Node 20 or newer)
	@set -f; set -- --project="$$PROJECT" --region="$$REGION"; if [ "$$DRY_RUN" = 1 ]; then set -- "$$@" --dry-run; fi; \
	$(PY) -m infra.deploy.hosting "$$@"

clean: ## Remove what was made: .venv, caches, out/ (never the state in FANFOLD_HOME)
	@rm -rf infra/local/firebase/node_modules web/node_modules web/dist firebase.json .venv .venv-peers .venv.lock out build dist .coverage .coverage.* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(FIREBASE): infra/local/firebase/package-lock.json
	@if ! { $(NODE); }; then \
		echo "Firebase's Auth emulator needs Node 20 or newer with npm: install both (Debian: sudo apt-get install nodejs npm), then run make firebase." >&2; exit 1; fi
	@echo "Installing Firebase's Auth emulator and web SDK …"
	@cd infra/local/firebase && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null

$(WEB_PACKAGES): web/package-lock.json web/package.json web/.npmrc
	@if ! { $(NODE); }; then \
		echo "The web app needs Node 20 or newer with npm: install both (Debian: sudo apt-get install nodejs npm)." >&2; exit 1; fi
	@echo "Installing the web app's packages …"
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null && touch node_modules/.package-lock.json

$(WEB): $(WEB_PACKAGES) $(WEB_SOURCES)
	@echo "Building the web app …"
	@cd web && npm run --silent build && touch dist/.built

$(PEERS): benchmarks/peers/requirements.txt | $(STAMP)
	@echo "Installing the systems that Fanfold is measured beside …"
	@rm -rf .venv-peers && $(PY) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -q --disable-pip-version-check --no-input --no-deps -r $<
	@touch $@

$(STAMP): requirements.txt requirements-client.txt requirements-dev.txt pyproject.toml infra/environment.py
	@python="$$($(FIND_PYTHON))"; \
	if [ -z "$$python" ]; then \
		echo "Fanfold needs Python 3.11 or newer, and none was found. Install python3.11 or later (Debian: sudo apt-get install python3 python3-venv)," >&2; \
		echo "or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; fi; \
	"$$python" infra/environment.py $(STAMP)
