#!/bin/sh
# Times Singular (Debian package singular-ui) on the systems of benches/match.rs: one process, one prime of 15 bits; then our own
# Gröbner bases on the same systems, one prime of 61 bits.
set -eu
command -v Singular >/dev/null || { echo "Singular is not installed: apt-get install singular-ui" >&2; exit 2; }
cargo run --quiet --release --example singular_systems | Singular --quiet
echo "ours:"
cargo run --quiet --release --example singular_systems -- ours
