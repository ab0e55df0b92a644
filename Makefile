# Short names for what a developer does; the README's two commands need none of this.
PYTHON ?= .venv-test/bin/python

.PHONY: test lint schemas docs lock bench

test:            ## the whole test suite
	$(PYTHON) -m pytest -n auto

lint:            ## style, types, layers
	$(PYTHON) -m ruff format --check . && $(PYTHON) -m ruff check . && $(PYTHON) -m mypy && .venv-test/bin/lint-imports

schemas:         ## regenerate schemas/assertions from the assertion classes
	$(PYTHON) -m credkit.manifest.assertions.schemas schemas/assertions

docs:            ## regenerate docs/status-codes.md from the status codes
	$(PYTHON) -m credkit.provenance.status_codes > docs/status-codes.md

bench:           ## speed and memory beside c2pa-python and the limits of the machine
	$(PYTHON) -m benchmarks

lock:            ## pin the test environment with hashes (needs uv)
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements-test.txt
