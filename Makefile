# `make` lists the targets. All of them prepare the checkout first; that takes no time when nothing has changed.
PYTHON_RUN := .venv/bin/python
PYTEST := $(PYTHON_RUN) -m pytest
# What lays out the text of invoices (PDF), and a font for signs that ours has not.
PDF_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
# libatomic1: what drives the browser in tests is linked with it.
TEST_PACKAGES := chromium dovecot-imapd dovecot-lmtpd dovecot-pop3d gettext libatomic1 $(PDF_PACKAGES)
# What tests are run, for example: make test T="tests/sla -k calendar"
T ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev up services test prove screens bench check fmt messages backup restore clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## virtual environment, requirements, assets, translations
	@scripts/setup.sh base

setup-dev:
	@scripts/setup.sh dev

up: setup ## everything on this machine, with the demo (PORT=8000 SMTP_PORT=8025 VASTE_DEMO=0 VASTE_DATA_DIR=var)
	@scripts/system_packages.sh $(PDF_PACKAGES)
	@VASTE_DEMO=$${VASTE_DEMO:-1} exec $(PYTHON_RUN) -m helpdesk.embedded.launcher

services: setup ## only PostgreSQL and Valkey, for manage.py commands
	@exec $(PYTHON_RUN) -m helpdesk.embedded.launcher --services-only

# In the order of the files: those with a few long tests come early, and the many short ones fill both processes to the end.
test: setup-dev ## all tests but the long proofs (T="tests/sla -k calendar" for some)
	@scripts/system_packages.sh $(TEST_PACKAGES)
	@$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m "not prove" $(T)

prove: setup-dev ## the long proofs: faults, oracles, big data
	@scripts/system_packages.sh $(TEST_PACKAGES)
	@VASTE_PROVE=1 $(PYTEST) -m prove $(T)
	@test -n "$(T)" || VASTE_EXAMPLES=2000 $(PYTEST) -n 2 tests/sla -k "not settings"
	@test -n "$(T)" || VASTE_PROVE=1 $(PYTEST) -m prove bench/faults

screens: setup-dev ## every page as PNG in screens/: light, dark, 390 px, English, Finnish
	@scripts/system_packages.sh chromium libatomic1
	@VASTE_SCREENS=1 $(PYTEST) -m screens $(T)

bench: setup-dev ## speed, as ratios to a reference of the same machine (T=bench/flood.py: ten minutes of flood; T=bench/pages.py: a million tickets, half an hour)
	@VASTE_BENCH=1 $(PYTEST) $(or $(T),bench/intake.py bench/sla.py)

check: setup-dev ## format, lint, types, imports, licences, migrations, translations, containers
	@$(PYTHON_RUN) scripts/check.py

fmt: setup-dev ## put Python code and templates into shape
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} + || true

messages: setup-dev ## take new texts into locale/fi and compile
	@scripts/system_packages.sh gettext
	@$(PYTHON_RUN) scripts/check_translations.py --update
	@$(PYTHON_RUN) scripts/compile_messages.py

backup: setup ## one tar file of the running installation (FILE= names it)
	@$(PYTHON_RUN) -m helpdesk.embedded.backup create $(FILE)

restore: setup ## put FILE= in the place of the stopped installation's data
	@$(PYTHON_RUN) -m helpdesk.embedded.backup restore $(FILE)

clean: ## remove what setup made; the data in var/ stays
	@rm -rf .venv node_modules static/vendor static/icons.svg
