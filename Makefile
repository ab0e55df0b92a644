# Short names for what a developer does; the README's two commands need none of this.
PYTHON ?= .venv-test/bin/python

.PHONY: test lint schemas docs lock bench diffusers

test:            ## the whole test suite
	$(PYTHON) -m pytest -n auto

lint:            ## style, types, layers
	$(PYTHON) -m ruff format --check . && $(PYTHON) -m ruff check . && $(PYTHON) -m mypy && .venv-test/bin/lint-imports

schemas:         ## regenerate the schemas of assertions and of policies from the code
	$(PYTHON) -m credkit.manifest.assertions.schemas schemas/assertions
	$(PYTHON) -m credkit.acceptance.schema > schemas/policy.schema.json

docs:            ## regenerate docs/status-codes.md from the status codes
	$(PYTHON) -m credkit.provenance.status_codes > docs/status-codes.md

bench:           ## speed and memory beside c2pa-python and the limits of the machine
	$(PYTHON) -m benchmarks

diffusers:       ## the diffusers hook with real pipelines; brings PyTorch, which the other tests do without
	$(PYTHON) -m pip install torch diffusers transformers && $(PYTHON) -m pytest tests/integrations/diffusers

lock:            ## pin the test environment with hashes (needs uv)
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements-test.txt
