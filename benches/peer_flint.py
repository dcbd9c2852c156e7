#!/usr/bin/env python3
"""The peer of `dimensions.rs`: the same tables by a loop over subsets, with ranks computed by python-flint.

    python3 -m pip install python-flint
    python3 benches/peer_flint.py                     # everything, about a minute
    python3 benches/peer_flint.py --sample 20000      # fewer subsets of the two larger networks

For each linear recurrent network lrnn(1, n, 1, 2n+1) the Jacobian of its first 2n Markov parameters is built at a
random point modulo the prime 2^61 - 1. (The others add no rank; this favours the loop.) Then

- all 2^15 subsets of the columns for n = 3, each rank computed, the table compared with the published counts;
- a random sample of the 2^24 subsets for n = 4 and of the 2^35 for n = 5, every subset as likely as any other; the time
  for all of them is EXTRAPOLATED from the mean of the sample.

Last, the rank of two Jacobians of polynomial networks with 700 rows and 200 columns: the time python-flint takes for
the rank alone, once the matrix is there.

The loop runs on one core. Timed are the loop over the subsets, their matrices and their ranks, not the Jacobian.
"""

import argparse
import itertools
import json
import pathlib
import random
import sys
import time
from collections import Counter

try:
    import flint
except ImportError:
    sys.exit("python-flint is missing\n  install it:  python3 -m pip install python-flint")

PRIME = 2**61 - 1
TABLES = pathlib.Path(__file__).parent.parent / "tests" / "data" / "rank-tables.json"
INPUTS = 175


def rows_times(row, matrix):
    return [sum(r * x for r, x in zip(row, column)) % PRIME for column in zip(*matrix)]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b)) % PRIME


def random_matrix(rows, columns):
    return [[random.randrange(PRIME) for _ in range(columns)] for _ in range(rows)]


def recurrent_columns(n):
    """The columns of the Jacobian of D W^k B, k < 2n, by D, B and W (row by row): n (n + 2) lists of 2n numbers."""
    w, (d, b) = random_matrix(n, n), random_matrix(2, n)
    responses, states = [d], [b]  # D W^k and W^k B
    for _ in range(2 * n - 1):
        responses.append(rows_times(responses[-1], w))
        states.append([dot(row, states[-1]) for row in w])
    rows = []
    for k in range(2 * n):
        by_w = [
            sum(responses[s][i] * states[k - 1 - s][j] for s in range(k)) % PRIME
            for i, j in itertools.product(range(n), repeat=2)
        ]
        rows.append(states[k] + responses[k] + by_w)
    return [list(column) for column in zip(*rows)]


def polynomial_rows(widths, degree, inputs):
    """The Jacobian of a network with activation z -> z^degree on random inputs, a row for each label."""
    shapes = list(zip(widths[1:], widths))
    weights = [random_matrix(*shape) for shape in shapes]
    rows = []
    for _ in range(inputs):
        before, slopes = [[random.randrange(PRIME) for _ in range(widths[0])]], []
        for w in weights:
            z = [dot(row, before[-1]) for row in w]
            slopes.append([degree * pow(x, degree - 1, PRIME) % PRIME for x in z])
            before.append([pow(x, degree, PRIME) for x in z])
        for label in range(widths[-1]):
            rows.append(label_row(weights, before, slopes, [int(i == label) for i in range(widths[-1])]))
    return rows


def label_row(weights, before, slopes, back):
    """One row: from the last layer back to the first, `back` is the label's derivative by what enters each unit."""
    parts = []
    for layer in reversed(range(len(weights))):
        parts.append([b * h % PRIME for b in back for h in before[layer]])
        back = rows_times(back, weights[layer])
        if layer > 0:
            back = [b * s % PRIME for b, s in zip(back, slopes[layer - 1])]
    return sum(reversed(parts), [])


def rank(columns, subset, length):
    """The rank of some columns, which are laid out as the rows of a matrix."""
    entries = [entry for c in subset for entry in columns[c]]
    return flint.nmod_mat(len(subset), length, entries, PRIME).rank() if subset else 0


def every_subset(weights):
    return itertools.chain.from_iterable(itertools.combinations(range(weights), size) for size in range(weights + 1))


def sampled_subsets(weights, number):
    for _ in range(number):
        bits = random.getrandbits(weights)
        yield [c for c in range(weights) if bits >> c & 1]


def timed_ranks(columns, subsets):
    """The table of sizes and ranks, and the seconds it took."""
    length, table = len(columns[0]), Counter()
    start = time.perf_counter()
    for subset in subsets:
        table[len(subset), rank(columns, subset, length)] += 1
    return table, time.perf_counter() - start


def published(n):
    name = f"lrnn(inputs=1, hidden={n}, outputs=1, steps={2 * n + 1})"
    rows = json.loads(TABLES.read_text())
    found = [row for row in rows if row["network"] == name and row["samples"] is None]
    return {(size, dim): number for size, dim, number in found[0]["counts_size_dim_number"]}


def best_of(runs, run):
    return min((run() for _ in range(runs)), key=lambda result: result[1])


def report(name, seconds, each, how):
    print(f"{name:<34} {seconds:>16,.3f} s {each * 1e6:>10.2f} µs each   {how}", flush=True)


def whole_table(n, runs):
    columns = recurrent_columns(n)
    table, seconds = best_of(runs, lambda: timed_ranks(columns, every_subset(len(columns))))
    if table != published(n):
        sys.exit("the loop's table differs from the published counts")
    name = f"2^{len(columns)} subsets, lrnn(1,{n},1,{2 * n + 1})"
    report(name, seconds, seconds / 2 ** len(columns), "every subset; as published")


def sampled_table(n, number, runs):
    columns = recurrent_columns(n)
    subsets = list(sampled_subsets(len(columns), number))
    _, seconds = best_of(runs, lambda: timed_ranks(columns, subsets))
    each, name = seconds / number, f"2^{len(columns)} subsets, lrnn(1,{n},1,{2 * n + 1})"
    report(name, each * 2 ** len(columns), each, f"EXTRAPOLATED from {number:,} random subsets")


def large_rank(widths, degree, expected, runs):
    rows = polynomial_rows(widths, degree, INPUTS)
    matrix = flint.nmod_mat(len(rows), len(rows[0]), sum(rows, []), PRIME)

    def run():
        start = time.perf_counter()
        return matrix.rank(), time.perf_counter() - start

    found, seconds = best_of(runs, run)
    if found != expected:
        sys.exit(f"the rank is {found}, not {expected}")
    name = f"rank of pnn({widths},{degree})".replace(" [", "[").replace(", ", ",")
    report(name, seconds, seconds, f"{len(rows)} × {len(rows[0])}, the rank alone")


def main():
    parser = argparse.ArgumentParser(description="Times a python-flint loop over subsets.")
    parser.add_argument("--sample", type=int, default=200_000, metavar="N", help="random subsets (default 200,000)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="the best of so many runs counts (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="all random numbers follow from it (default 1)")
    arguments = parser.parse_args()
    if min(arguments.sample, arguments.runs) < 1:
        parser.error("--sample and --runs must be at least 1")
    random.seed(arguments.seed)
    print(f"python-flint {flint.__version__}, Python {sys.version.split()[0]}, best of {arguments.runs}")
    whole_table(3, arguments.runs)
    sampled_table(4, arguments.sample, arguments.runs)
    sampled_table(5, arguments.sample, arguments.runs)
    large_rank([6, 20, 4], 5, 180, arguments.runs)
    large_rank([27, 7, 1, 4], 2, 171, arguments.runs)


if __name__ == "__main__":
    main()
