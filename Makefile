# Every command of this project; CI calls only these. `make` alone lists them.

# Uncomment or pass to choose the Python of .venv; the default is the first of
# python3.13, python3.12, python3.11 and python3 that is 3.11 or newer.
# PYTHON = /path/to/python3.12
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := libs/kit libs/rules libs/store services/gateway services/inference services/trainer deploy/laptop
LOCKS := requirements/gateway.txt requirements/inference.txt requirements/trainer.txt
PEERS := mlflow mlserver bentoml
SOURCES := $(MEMBERS:%=%/src) tests tools bench
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

# The certificates of the system, not uv's own: behind a company's proxy only those are right.
UV_SYSTEM_CERTS ?= 1
export UV_SYSTEM_CERTS

.PHONY: help run test rules check fmt lock lock-check docs docs-check bench bench-peers bench-quality bench-rules bench-training bench-feedback clean distclean venv

help: ## List every command.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.run ## Run everything on this machine; Ctrl-C ends it.
	@exec $(BIN)/python -m laptop

test: $(VENV)/.dev $(VENV)/.oip-clients ## Run the tests. T="tests/kit -k text" chooses some.
	@$(BIN)/python -m pytest $(T)

# Without ARGS it is the shipped pack on the demo corpus, of which more can be asked.
rules: $(VENV)/.run ## Measure the rules on the demo corpus. ARGS="--data my.csv" on another.
	@folder="$${LAPTOP_STATE_FOLDER:-.hamgate}" && TRAINER_RULES_CACHE_FOLDER="$$folder/rules-cache" \
		$(BIN)/python -m trainer rules --html "$$folder/rules.html" $(or $(ARGS),--min-coverage 0.6)

check: $(VENV)/.dev ## Check format, lint, types, imports, locks and docs.
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/python -m mypy $(SOURCES)
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory lock-check docs-check

fmt: $(VENV)/.dev ## Format the code and mend what the linter can.
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lock: $(VENV)/.uv ## Write requirements/*.txt anew. UPGRADE=1 takes the newest versions.
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

lock-check: $(VENV)/.uv ## Check that requirements/*.txt are what `make lock` writes.
	@$(BIN)/python tools/lock.py --check

docs: $(VENV)/.dev ## Write the generated pages of docs/ anew.
	@$(BIN)/python tools/configuration_page.py
	@$(BIN)/python tools/rule_schema.py
	@$(BIN)/python -m bench.page

docs-check: $(VENV)/.dev ## Check that they are what `make docs` writes.
	@$(BIN)/python tools/configuration_page.py --check
	@$(BIN)/python tools/rule_schema.py --check
	@$(BIN)/python -m bench.page --check

# ARGS="--only curves" measures a part; the peers are measured too with ARGS=--all.
bench: $(VENV)/.dev ## Measure the data plane, with wrk on a core of its own: ten minutes.
	@$(BIN)/python -m bench.dataplane $(ARGS)

bench-peers: $(VENV)/.dev $(PEERS:%=$(VENV)/peers/%/.installed) ## Install what hamgate is measured beside, and measure it.
	@$(BIN)/python -m bench.dataplane --peers $(ARGS)

bench-quality: $(VENV)/.dev ## Judge the model beside plainer ones, over eight seeds: half an hour.
	@$(BIN)/python -m bench.quality

bench-rules: $(VENV)/.dev ## Measure the rule engine beside re and google-re2: some minutes.
	@$(BIN)/python -m bench.rules

bench-training: $(VENV)/.dev ## Measure time and memory of trainings on up to a million messages: half an hour.
	@$(BIN)/python -m bench.training $(ARGS)

bench-feedback: $(VENV)/.dev ## Measure what attackers do by feedback, and honest users: some minutes.
	@$(BIN)/python -m bench.feedback

clean: ## Remove the state folder: MLflow's database, every model, the logs.
	rm -rf "$${LAPTOP_STATE_FOLDER:-.hamgate}"

distclean: clean ## Also remove the virtual environment.
	rm -rf $(VENV)

# Installed when the file on the left is older than what it depends on. The environment itself is
# looked at every time, which takes no time, so that a broken one is told in one line.
venv:
	@PYTHON='$(PYTHON)' sh tools/venv.sh $(VENV)

$(VENV)/.uv: requirements/uv.txt | venv
	@echo "installing uv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.run: $(VENV)/.uv $(LOCKS) requirements/corpus.txt $(MEMBERS:%=%/pyproject.toml)
	@echo "installing what runs (only now, and when requirements change)"
	@$(INSTALL) --require-hashes --compile-bytecode $(LOCKS:%=-r %)
	@$(INSTALL) --require-hashes --no-deps -r requirements/corpus.txt
	@$(INSTALL) --no-deps $(MEMBERS:%=-e %)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "installing what tests and checks need"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/peers/%/.installed: bench/peers/%.txt | $(VENV)/.uv
	@echo "installing $* into an environment of its own"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/peers/$*
	@$(BIN)/uv pip install --quiet --python $(VENV)/peers/$*/bin/python --require-hashes --compile-bytecode -r $<
	@touch $@

# In an environment of its own: KServe's client wants older versions than we have.
$(VENV)/.oip-clients: requirements/oip-clients.txt $(VENV)/.uv
	@echo "installing the clients of other model servers, for a test"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/oip-clients
	@$(BIN)/uv pip install --quiet --python $(VENV)/oip-clients/bin/python --require-hashes -r $<
	@touch $@
