# Each line calls a script that says what it does. Options are environment variables: make run PORT=9000 VAR_DIR=/tmp/opm
PYTHON ?= python3

.PHONY: help setup run test check bench audio lock

help:
	@echo "make run     start the training site and the survey (sets up what is missing; PORT, SURVEY_PORT, VAR_DIR, DEMO=0)"
	@echo "make setup   all that make run does before it serves, without demo data"
	@echo "make test    lint, types, and all tests: unit, PostgreSQL, services, browser"
	@echo "make check   lint, types and content only"
	@echo "make bench   measure speed, as ratios in one run"
	@echo "make audio   speak the scripts of the course whose words have changed (TALKS: ids to speak again)"
	@echo "make lock    compile requirements*.txt from pyproject.toml"

setup:
	@$(PYTHON) -m scripts.setup

run:
	@$(PYTHON) -m scripts.run

test:
	@$(PYTHON) -m scripts.test

check:
	@$(PYTHON) -m scripts.test lint types

bench:
	@$(PYTHON) -m scripts.bench

audio:
	@$(PYTHON) -m scripts.audio $(TALKS)

lock:
	@$(PYTHON) -m scripts.lock
