# Short names for what a developer does; the README's two commands need none of this.
PYTHON ?= .venv-test/bin/python

.PHONY: test lint schemas docs lock bench diffusers repro sbom killall offline

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

repro:           ## build wheel and source archive twice, in different places and ways, compare byte for byte, keep them in dist/
	$(PYTHON) -m tests.reproduction --to dist

sbom:            ## what an installed credkit consists of, as dist/credkit.cdx.json (CycloneDX)
	rm -rf .venv-sbom .venv-cyclonedx
	python3 -m venv .venv-cyclonedx && .venv-cyclonedx/bin/pip install --quiet "cyclonedx-bom==7.5.0"
	python3 -m venv --without-pip .venv-sbom && .venv-cyclonedx/bin/pip --python .venv-sbom/bin/python install --quiet .
	version=$$(.venv-sbom/bin/python -c "from credkit.version import __version__; print(__version__)") && \
	    sed "s/^dynamic = .*/version = \"$$version\"/" pyproject.toml > .venv-sbom/pyproject.toml
	mkdir -p dist && .venv-cyclonedx/bin/cyclonedx-py environment --output-reproducible --pyproject .venv-sbom/pyproject.toml \
	    --mc-type library --short-PURLs -o dist/credkit.cdx.json .venv-sbom/bin/python
	rm -rf .venv-sbom .venv-cyclonedx

killall:         ## kill every command that writes at every system call, and let every call that writes fail (needs strace; half an hour)
	$(PYTHON) -m tests.crash.killall

offline:         ## the whole test suite under strace: no call may name an address that is not of this machine
	$(PYTHON) -m tests.network_trace -n auto -q
