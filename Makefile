# The two commands of the README, with the set-up that they need.

.PHONY: verify test setup fmt bench coq book

# Checks the library of claims in proofs/.
verify: setup
	cargo run --release --quiet -- verify proofs

# Everything that CI runs: formatting, lints, all tests, the documentation with its examples, and the proofs in Coq.
test: setup coq
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
COQ_PACKAGES := coq libcoq-mathcomp-algebra
coq:
	@mathcomp() { command -v coqc >/dev/null && [ -d "$$(coqc -where)/user-contrib/mathcomp/algebra" ]; }; \
	if ! mathcomp; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi; \
	  echo "Installing $(COQ_PACKAGES) ..."; \
	  { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(COQ_PACKAGES); } >/dev/null 2>&1 || true; \
	fi; \
	if mathcomp; then \
	  $(MAKE) --no-print-directory -C proofs/coq; \
	else \
	  echo "SKIPPED: the proofs in Coq. Please run:  sudo apt-get install $(COQ_PACKAGES)"; \
	  [ "$$CI" != true ]; \
	fi

# The book as HTML in target/book, with its mathematics in MathML.
book: setup
	cargo run --release --quiet --example book -- target/book

fmt:
	cargo fmt --all

bench: setup
	cargo bench
