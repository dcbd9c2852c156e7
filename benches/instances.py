"""Exactly decided instances a second, kind by kind, of one program or of several that take turns.

    python3 benches/instances.py target/release/allocert [OTHER ...]

One thread and its processor time, the least of some runs, without the time of a run of one instance. The networks are drawn from seed 1, and all programs
have to decide the instances alike.
"""

import os
import re
import resource
import subprocess
import sys

RUNS = 5
KINDS = [
    ("linear, 4 weights", "lffn([2,2,2])", "W1", ["--ensemble", "low-rank:2"], 10_000),
    ("one variable, degree 4", "lrnn(1,2,1,5)", "W[0,0]", ["--samples", "1"], 10_000),
    ("degree 2 in 4 variables", "lffn([2,2,2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", [], 10_000),
    ("degree 12 in 2 variables", "lrnn(1,2,1,5)", "W[0,0] W[1,1]", ["--samples", "2"], 500),
    ("degree 24 in 6 variables", "lrnn(1,3,1,7)", "D[0,0] B[0,0] W[0,0] W[1,1] W[1,2] W[2,1]", [], 50),
    ("ReLU, one unit of 3, 8 inputs", "relu([2,3,1])", "W1[0,:]", ["--samples", "8"], 1_000),
    ("ReLU, one unit of 3, 24 inputs", "relu([2,3,1])", "W1[0,:]", ["--samples", "24"], 100),
    ("ReLU, two units of 3, 8 inputs", "relu([2,3,1])", "W1[0:2,:]", ["--samples", "8"], 200),
    ("ReLU, two units of 3, 24 inputs", "relu([2,3,1])", "W1[0:2,:]", ["--samples", "24"], 20),
]


def run(program, network, allocation, options, trials):
    """Seconds of processor time, and what the instances were."""
    command = [program, "match", network, allocation, *options, "--trials", str(trials)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "RAYON_NUM_THREADS": "1"}, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = re.search(r"instances\s+(.*)", done.stdout)
    if found is None:
        sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return seconds, found.group(1)


def main():
    programs = sys.argv[1:] or ["target/release/allocert"]
    for kind, network, allocation, options, trials in KINDS:
        least, decided = [float("inf")] * len(programs), set()
        for _ in range(RUNS):
            for place, program in enumerate(programs):
                start, _ = run(program, network, allocation, options, 1)
                seconds, instances = run(program, network, allocation, options, trials)
                least[place] = min(least[place], max(seconds - start, 1e-9))
                decided.add(instances)
        assert len(decided) == 1, f"{kind}: {decided}"
        each = "  ".join(f"{trials / seconds:10,.0f}" for seconds in least)
        ratio = f"  {least[1] / least[0]:5.2f}" if len(least) > 1 else ""
        print(f"{kind:32} {each} a second{ratio}   ({decided.pop()})", flush=True)


if __name__ == "__main__":
    main()
