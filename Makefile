# Two commands do all the set-up: `make demo` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# The newest is that of trixie-backports.
SOURCES ?= linux-source-5.10 linux-source-6.1 linux-source-6.12 linux-source-7.2 linux-source-7.3
# The stable series of 6.1 has the claim of 6.8 (13ddaf26be32).

# Processes that run tests. More than there are cores fill the time in which tests wait.
WORKERS ?= auto
# Tests start hundreds of processes; each would compile what it imports.
test test-slow: export PYTHONDONTWRITEBYTECODE :=

# What trixie-backports had of 6.19 to 7.1 has lost its modules.
KERNELS ?= 5.10 6.1 6.12 6.16 6.18 7.2 7.3
KEPT ?= tests/lab/kept
# Those that litmus tests are played in.
PLAYED ?= 5.10 6.1 6.12 7.3

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow test-deploy test-examples lab mutants verify-source lint bench protos docs sbom clean

help: ## What there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV) || { echo 'venv is missing: apt-get install python3-venv' >&2; exit 1; }
	$(PIP) install --upgrade 'pip>=25.1'
	$(PIP) install --editable .
	touch $@

$(VENV)/.tests: $(STAMP) $(VENV)/generator/.installed
	$(PIP) install --editable '.[source]' --group test --group lint
	touch $@

# The generator is older than what it runs beside, so it has an environment of its own.
$(VENV)/generator/.installed: $(STAMP)
	$(PYTHON) -m venv $(VENV)/generator
	$(VENV)/generator/bin/python -m pip --quiet install --upgrade 'pip>=25.1'
	$(VENV)/generator/bin/python -m pip --quiet install --group generate
	touch $@

$(VENV)/.source: $(STAMP)
	$(PIP) install --editable '.[source]'
	touch $@

$(VENV)/.bench: $(STAMP)
	$(PIP) install --editable '.[bench]'
	touch $@

install: $(STAMP) ## Make a virtual environment and install swapin in it

demo: $(STAMP) ## Audit the shipped observations through a server, then explain one fault
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh deploy/demo.sh

test: $(VENV)/.tests ## Run the tests, but for the slow ones; five minutes on two cores
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow and not emulator"

test-slow: $(VENV)/.tests ## Run the slow tests: real kernels, Spin, the largest spaces
	$(PIP) install --editable '.[drgn]'
	$(BIN)/python -m pytest -m "slow or emulator"
	SWAPIN_FUZZ=600 $(BIN)/python -m pytest tests/fuzz

test-deploy: $(VENV)/.tests ## Check the files under deploy/ by the tools that they are for
	$(PIP) install --group deploy
	$(BIN)/python -m pytest tests/deploy

test-examples: $(VENV)/.tests ## Run the examples as their READMEs tell, and SQL in Spark
	$(PIP) install --group examples
	$(BIN)/python -m pytest tests/examples tests/program/test_spark.py

verify-source: $(VENV)/.source ## Compare the model with the kernel sources of Debian
	@check() { $(BIN)/swapin source-check --package "$$@" || found=1; }; \
	for package in $(SOURCES); do \
	    case $$package in \
	    *-6.1) check $$package --fact kernel.claims_slot=true;; \
	    *) check $$package;; \
	    esac; \
	done; \
	test -z "$$found"

lint: $(VENV)/.tests ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(STAMP) ## Boot real kernels, fill every cell of the matrix, keep it in tests/lab/kept
	@run() { $(BIN)/swapin lab run --suite cells "$$@" || found=1; }; \
	run --flavour general --out $(KEPT)/x86_64 $(addprefix --kernel ,$(KERNELS)); \
	for arch in arm64 arm-lpae; do run --arch $$arch --kernel 6.1 --out $(KEPT)/$$arch; done; \
	run --tries 40 --litmus --out $(KEPT)/litmus $(addprefix --kernel ,$(PLAYED)); \
	run --tries 40 --litmus --out $(KEPT)/litmus --arch arm-lpae --kernel 6.1; \
	test -z "$$found"

mutants: $(VENV)/.tests ## Change every rule in every single point, and say who catches it
	PYTHONPATH=tests $(BIN)/python -m mutants

bench: $(VENV)/.bench ## Measure, all ratios in one run
	$(BIN)/python tests/bench

protos: $(VENV)/.tests ## Generate the code of the API anew
	$(VENV)/generator/bin/python proto/generate.py

# The comments of the protos are read by a compiler, which the tests need too.
docs: $(VENV)/.tests ## Generate the tables and the reference of the documentation anew
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/generate_api.py
	$(BIN)/python docs/generate_reference.py

# Of what is deployed: swapin in an environment of its own, without what tests it or lists it.
sbom: ## List what is installed with swapin, as CycloneDX, in build/sbom.json
	rm -rf build/sbom
	$(PYTHON) -m venv build/sbom/tool
	build/sbom/tool/bin/python -m pip --quiet install 'cyclonedx-bom>=7,<8'
	$(PYTHON) -m venv --without-pip build/sbom/swapin
	build/sbom/tool/bin/python -m pip --quiet --python build/sbom/swapin/bin/python install '.[metrics]'
	build/sbom/tool/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
	    --spec-version 1.6 --output-reproducible --validate --output-file build/sbom.json \
	    build/sbom/swapin/bin/python
	rm -rf build/sbom

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) build .hypothesis .mypy_cache .pytest_cache .ruff_cache
