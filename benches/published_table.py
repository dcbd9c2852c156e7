#!/usr/bin/env python3
"""Dimensions of a published table of polynomial networks, computed again and compared.

    git clone https://github.com/daokevin06/MFA_PNNs
    python3 benches/published_table.py MFA_PNNs --weights 450..550 --number 50
    python3 benches/published_table.py MFA_PNNs --weights 0..5000 --number 50000 --resume table     # all of it

The table's own code looks at one random point modulo one prime; allocert states an error of at most 2^-100 for each row, or a
proof. Reported is the processor time of all cores; a difference ends with exit status 1.
"""

import argparse
import ast
import csv
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile


def rows(folder):
    """Every network of the table once: widths, degree, number of weights, published dimension."""
    found = {}
    for path in sorted(pathlib.Path(folder, "data", "raw").glob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                widths = tuple(ast.literal_eval(row["architecture"]))
                key = widths, int(row["exponent"])
                found[key] = int(row["num_parameters"]), int(float(row["dimension_computed"]))
    return [(*key, *value) for key, value in found.items()]


def main():
    parser = argparse.ArgumentParser(description="Compares allocert with a published table of dimensions.")
    parser.add_argument("folder", help="a clone of the table's repository")
    parser.add_argument("--weights", default="450..550", metavar="A..B", help="rows with so many weights, B left out")
    parser.add_argument("--number", type=int, default=50, metavar="N", help="so many of them, drawn at random")
    parser.add_argument("--program", default="target/release/allocert", help="the program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", metavar="DIR", help="keep finished pieces here, and go on from those that are there")
    arguments = parser.parse_args()
    low, high = (int(part) for part in arguments.weights.split(".."))
    table = rows(arguments.folder)
    chosen = [row for row in table if low <= row[2] < high]
    chosen = random.Random(arguments.seed).sample(chosen, min(arguments.number, len(chosen)))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"pnn({list(widths)}, {degree})\n" for widths, degree, _, _ in chosen)
        file.flush()
        command = [arguments.program, "rank", "--networks", file.name, "--json"]
        command += ["--resume", arguments.resume] if arguments.resume else []
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = usage.ru_utime + usage.ru_stime
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    wrong = [(row, a["teacher_dim"]) for row, a in zip(chosen, answers) if a["teacher_dim"] != row[3]]
    proved = sum(a["evidence"] == "proved" for a in answers)
    print(f"{len(answers)} of {len(table)} rows, {proved} proved, {len(wrong)} differ: {wrong[:5]}")
    print(f"{seconds:.1f} s of processor time, {seconds / len(answers) * 1e3:.0f} ms a row")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
