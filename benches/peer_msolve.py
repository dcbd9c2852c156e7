#!/usr/bin/env python3
"""Gröbner bases of benches/singular_systems.rs by msolve (https://msolve.lip6.fr), which is given as a program, one system a process.

    python3 benches/peer_msolve.py path/to/msolve

A process takes longer to start than most of these systems take, so what is said is the least time of --runs, less the least time of a
system in one variable that is solved as it stands. Our own times are printed after it (`singular_systems -- ours`).
"""

import argparse
import pathlib
import subprocess
import tempfile
import time

CARGO = ["cargo", "run", "--quiet", "--release", "--example", "singular_systems", "--"]


def least(program, file, runs):
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        command = [program, "-g", "2", "-f", file]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description="Times msolve on our systems.")
    parser.add_argument("program", help="msolve")
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        listed = subprocess.run([*CARGO, "msolve", folder], check=True, capture_output=True, text=True).stdout
        trivial = pathlib.Path(folder, "trivial.ms")
        trivial.write_text("x0\n32003\nx0+1\n")
        start = least(arguments.program, trivial, arguments.runs)
        print(f"a trivial system: {start * 1000:.2f} ms, taken off each of these:")
        for line in listed.splitlines():
            name, files = line.split("\t")
            paths = [pathlib.Path(folder, file) for file in files.split()]
            # Many systems: fewer runs of each.
            runs = max(1, arguments.runs // len(paths))
            total = sum(least(arguments.program, path, runs) - start for path in paths)
            print(f"{name}: {total * 1000:.2f} ms")
    print("ours:", flush=True)
    subprocess.run([*CARGO, "ours"], check=True)


if __name__ == "__main__":
    main()
