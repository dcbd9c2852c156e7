# The two commands of the README, with the set-up that they need.

.PHONY: verify test setup fmt bench coq book python

# Checks the library of claims in proofs/.
verify: setup
	cargo run --release --quiet -- verify proofs

# Everything that CI runs: formatting, lints, all tests, the documentation with its examples, the package for Python, and the proofs
# in Coq.
test: setup coq python
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- --deny warnings
	cargo test --release --workspace
	RUSTDOCFLAGS="--deny warnings" cargo doc --release --workspace --no-deps

# GMP is built from source and needs m4, make and a C compiler; Rust needs to be there.
setup:
	@command -v cargo >/dev/null || { \
	  echo "Rust is missing: install it from https://rustup.rs and come back."; exit 1; }
	@missing=""; for tool in m4 make gcc; do \
	  command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi; \
	  echo "Installing$$missing ..."; \
	  { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq$$missing; } >/dev/null 2>&1 || { \
	    echo "Please run:  sudo apt-get install$$missing"; exit 1; }; \
	fi

# The soundness of the checker in proofs/coq/, and a sample of certificates, with Coq and MathComp of Debian, which are installed where
# that may be done. Where they cannot be had this says so, and is an error in CI.
COQ_PACKAGES := coq libcoq-mathcomp-algebra ocaml-nox ocaml-findlib libzarith-ocaml-dev
coq:
	@mathcomp() { command -v coqc >/dev/null && [ -d "$$(coqc -where)/user-contrib/mathcomp/algebra" ]; }; \
	zarith() { command -v ocamlopt >/dev/null && ocamlfind query zarith >/dev/null 2>&1; }; \
	if ! mathcomp || ! zarith; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi; \
	  echo "Installing $(COQ_PACKAGES) ..."; \
	  { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(COQ_PACKAGES); } >/dev/null 2>&1 || true; \
	fi; \
	if mathcomp; then \
	  $(MAKE) --no-print-directory -C proofs/coq && if zarith; then $(MAKE) --no-print-directory -C proofs/coq extracted; \
	  else echo "SKIPPED: the checker extracted from Coq. Please run:  sudo apt-get install $(COQ_PACKAGES)"; [ "$$CI" != true ]; fi; \
	else \
	  echo "SKIPPED: the proofs in Coq. Please run:  sudo apt-get install $(COQ_PACKAGES)"; \
	  [ "$$CI" != true ]; \
	fi

# The book as HTML in target/book, with its mathematics in MathML.
book: setup
	cargo run --release --quiet --example book -- target/book

# The package for Python: a wheel, built and installed into an environment of its own under target/, and its tests, types and lints.
# What PYTHON_EXTRA names is installed, too, where that works: `PYTHON_EXTRA='jax flax torch peft' make python`, which the workflow does in
# a job of its own, since PyTorch brings four gigabytes for graphics cards (unless pip is told its own index, by PIP_EXTRA_INDEX_URL). The
# tests of what is missing are skipped, which is said at the end. Where Python, or the packages of tests/python/requirements.txt, cannot be
# had this says so, and is an error in CI.
PYTHON ?= python3
PYTHON_VENV := target/python-venv
PYTHON_PIP := $(PYTHON_VENV)/bin/pip install --quiet --disable-pip-version-check
PYTHON_EXTRA ?=
python: setup
	@ready() { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null \
	  && $(PYTHON) -m venv --clear $(PYTHON_VENV) >/dev/null 2>&1 \
	  && $(PYTHON_PIP) -r tests/python/requirements.txt; \
	}; \
	if ready; then \
	  [ -z "$(PYTHON_EXTRA)" ] || $(PYTHON_PIP) $(PYTHON_EXTRA) || echo "SKIPPED: pip cannot install $(PYTHON_EXTRA)"; \
	  $(MAKE) --no-print-directory python-tests; \
	else \
	  echo "SKIPPED: the package for Python. It needs Python 3.10 or newer with venv, and tests/python/requirements.txt"; \
	  [ "$$CI" != true ]; \
	fi

.PHONY: python-tests
python-tests: export CARGO_TARGET_DIR := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
python-tests: export PATH := $(CURDIR)/$(PYTHON_VENV)/bin:$(PATH)
python-tests:
	cargo fmt --manifest-path src/python/Cargo.toml --check
	rm -rf target/wheels
	pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir target/wheels .
	pip install --quiet --disable-pip-version-check --force-reinstall --no-deps target/wheels/allocert-*.whl
	ruff check src/python tests/python
	mypy
	pytest -rs
	@for part in torch jax; do \
	  python -c "import $$part" 2>/dev/null || echo "SKIPPED: all tests of allocert.$$part. They need $$part: see PYTHON_EXTRA in the Makefile"; \
	done

fmt:
	cargo fmt --all
	cargo fmt --manifest-path src/python/Cargo.toml

bench: setup
	cargo bench
