# make run    start the dashboard (PORT=8501 unless you say otherwise)
# make test   all tests, with the line coverage of core
# make lint   ruff and mypy
# make format let ruff mend layout and imports
# make bench  how fast it is, beside a yardstick
#
# Everything is installed into .venv beside this file. PYTHON names the interpreter to make it with (3.11 or newer).

SHELL := /bin/bash
.DEFAULT_GOAL := run
.PHONY: run test lint format bench install install-dev

PORT ?= 8501
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
BENCHES := $(sort $(wildcard tests/bench/bench_*.py))

export PORT

# A .venv whose Python is gone (moved, or the system's was replaced) is made anew.
ifneq ($(shell $(BIN)/python -m pip --version >/dev/null 2>&1 && echo works),works)
$(shell rm -f $(VENV)/installed $(VENV)/installed-dev)
endif

run: install
	@exec $(BIN)/python -m app.server

test: install-dev
	@tests/e2e/install-browser
	@$(BIN)/python -m pytest --numprocesses=2 --no-loadscope-reorder --cov=core --cov-report=term --cov-fail-under=85

lint: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: install-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install-dev
	@tests/e2e/install-browser
	@for bench in $(BENCHES); do echo; echo "== $$bench"; PYTHONPATH=. $(BIN)/python $$bench || exit 1; done

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/installed: requirements.txt constraints.txt
	@$(make_venv)
	@echo "Installing what Spendscope needs to run. The first time fetches about 300 MB and takes a few minutes."
	@$(call pip_install,requirements.txt)
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt constraints.txt
	@$(make_venv)
	@echo "Installing what Spendscope and its tests need. The first time fetches about 400 MB and takes a few minutes."
	@$(call pip_install,requirements-dev.txt)
	@touch $(VENV)/installed $@

define make_venv
if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	if [ -z "$(PYTHON)" ]; then \
		echo "Spendscope needs Python 3.11 or newer, and none was found. Install it, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "$(PYTHON) isn't Python 3.11 or newer. Name one that is: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) can't make a virtual environment. On Debian or Ubuntu install it with: apt install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version)."; \
	$(PYTHON) -m venv --clear $(VENV); \
fi
endef

define pip_install
set -o pipefail; \
$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r $(1) -c constraints.txt | while read -r verb what _; do \
	case $$verb in Collecting) echo "  $$what";; Installing) echo "Unpacking.";; esac; \
done || { echo "The installation failed; what pip says about it stands above. Run the same command to try again." >&2; exit 1; }
endef
