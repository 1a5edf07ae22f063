# talentstats. `make` alone lists what can be made.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup report test check bench reference lock clean

help: ## list these targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(READY) ## make the environment in .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "talentstats needs Python 3.11 or later; say which with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "making the environment in $(VENV) (a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV) \
	  || { echo "Python cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

report: $(READY) ## build the biennial report: two languages, HTML, PDF and DOCX
	@$(BIN)/talentstats build

test: $(READY) ## run the whole test suite
	@$(BIN)/python -m pytest -n 2

check: $(READY) ## lint, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## measure speed and memory of the main job and of estimation
	@$(BIN)/python tests/benchmarks/run.py

reference: ## compute the reference values anew with R (needs r-base-core, r-cran-survey and r-cran-mass)
	@for part in reference intervals weighting quantiles hypothesis_tests models unequal_probability indicators \
	  sample_size small_areas; do Rscript tests/reference/$$part.R || exit 1; done

lock: ## pin and hash every dependency anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock

clean: ## remove the environment, processed data and built reports
	rm -rf $(VENV) data/processed reports/_output reports/figures .mypy_cache .ruff_cache .pytest_cache
