# What there is to do here: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
export PORT ?= 8000
MEDIA ?= $(shell cores=$$(nproc); echo $$((cores > 2 ? cores - 1 : 2)))

.PHONY: help
help: ## Say what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# -- using it ------------------------------------------------------------------------

.PHONY: run
run: ## Run voicesite on http://127.0.0.1:8000 (another port: PORT=8001 make run; for phones: HTTPS=1)
	@deploy/venv
	@exec $(PY) -m deploy.embedded.supervise $(if $(HTTPS),--https)

.PHONY: serve
serve: ## Run voicesite with its calls in processes of their own: MEDIA=4 (one less than there are cores)
	@deploy/venv
	@exec $(PY) -m deploy.embedded.supervise --media $(MEDIA) $(if $(HTTPS),--https)

.PHONY: demo
demo: ## Make speech with flite and place a call with it to the running voicesite
	@deploy/venv
	@exec deploy/demo

.PHONY: better
better: ## Recognise with vosk where there is only PocketSphinx (fetches 40 MB; MODEL=vosk-en for 128 MB)
	@deploy/venv
	@.venv/bin/pip install --quiet vosk
	@$(PY) manage.py fetch_model $(or $(MODEL),vosk-en-small) --use

# -- working on it -------------------------------------------------------------------

.PHONY: tools
tools:
	@deploy/system-packages
	@deploy/venv dev

.PHONY: test
test: tools ## Run every test (installs what tests need; ALLOW_SKIPS=1 tolerates what is missing)
	@deploy/js-clients
	@deploy/python-tests $(PYTEST)
	@deploy/js-tests

.PHONY: test-fast
test-fast: tools ## Run the tests that need no server, browser or speech: two minutes
	@deploy/fast-tests $(PYTEST)

.PHONY: check
check: tools ## Check style, types, layers, migrations, settings and packages, then run every test
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy .
	@.venv/bin/lint-imports
	@deploy/check-settings
	@$(PY) -m deploy.audit
	@deploy/js-checks
	@$(MAKE) test

.PHONY: campaign
campaign: tools ## Measure at length, resumable: ONLY="kills counts" COUNT=50 SPEECH=folder; tables in docs/campaigns
	@$(PY) -m bench.campaign $(ONLY) $(if $(COUNT),--count $(COUNT))

.PHONY: bench
bench: tools ## Measure speed side by side: ONLY="turns cost echo capacity leaks"; docs/performance.md
	@$(PY) -m bench.speed $(ONLY)

.PHONY: picture
picture: ## Draw anew which room imports which, in ARCHITECTURE.md
	@$(PY) -m deploy.draw_imports

.PHONY: messages
messages: ## Gather the texts into voicesite/locale/ and compile them (needs GNU gettext)
	@$(PY) -m deploy.messages

.PHONY: pictures
pictures: tools ## Take the pictures of docs/guide.md anew: ONLY="find share" takes some
	@$(PY) -m deploy.guide_pictures

.PHONY: protocol
protocol: ## Write the tables of messages in docs/protocol.md anew
	@$(PY) -m sessions_app.engine.protocols.tables

.PHONY: lock
lock: ## Pin what pyproject.toml asks for in requirements.txt (needs uv and the network)
	@uv pip compile --quiet --no-header --python-version 3.11 --output-file requirements.txt pyproject.toml

.PHONY: clean
clean: ## Remove caches; var/ and .venv stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
