#!/bin/sh
# Times Singular (Debian package singular-ui) on the systems of benches/match.rs: one process, one prime of 15 bits.
set -eu
command -v Singular >/dev/null || { echo "Singular is not installed: apt-get install singular-ui" >&2; exit 2; }
cargo run --quiet --release --example singular_systems | Singular --quiet
