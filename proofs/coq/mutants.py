"""Whether Coq rejects certificates that state something else.

    allocert coq rank.cert --into coq --run
    proofs/coq/mutants.py coq coq/Answer.v ... --count 100

In each file one number of one theorem is another, or `spans` is `does not span`, and so it is wherever the proof names it, as someone would
write it who wants to be believed: a dimension and what is computed of it, an entry of a table, the theorem that is cited. Reasons and points
stay. The files themselves have to be accepted first. FOLDER has the compiled theory.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import time

CLOSED = "Closed under the global context"
DIMENSION = re.compile(r"^Theorem answer_\d+ : f?dimension .*?(?:Functional|\(Samples \d+\)) (\[::[^\]]*\]) (\d+)\.$", re.M)
CENSUS = re.compile(r" (\[:: ?\[::.*\])%num = true")
SPANS = re.compile(r"^Theorem answer_\d+ : (~ )?(f?spans .*)\.\nProof\. exact \((not_)?f?spans_checked (.*?)( erefl)?\)\. Qed\.$", re.M)


def mutants(text):
    """All files that state one thing else."""
    for found in DIMENSION.finditer(text):
        of, k = re.escape(found[1]), int(found[2])
        for other in [k + 1] + [k - 1] * (k > 0):
            stated = re.sub(rf"({of}) {k}(?!\d)", rf"\g<1> {other}", text)
            yield re.sub(rf"\(({of}), {k}\)", rf"(\g<1>, {other})", stated)
    for table in {found[1] for found in CENSUS.finditer(text)}:
        for number in re.finditer(r"\d+", table):
            for other in [int(number[0]) + 1] + [int(number[0]) - 1] * (int(number[0]) > 0):
                yield text.replace(table, f"{table[:number.start()]}{other}{table[number.end():]}")
    for found in SPANS.finditer(text):
        f = "f" if found[2].startswith("f") else ""
        no, word, end = ("", "", "") if found[1] else ("~ ", "not_", " erefl")
        lines = found[0].split("\n")
        theorem = lines[0].split(" : ")[0]
        yield text.replace(found[0], f"{theorem} : {no}{found[2]}.\nProof. exact ({word}{f}spans_checked {found[4]}{end}). Qed.")


def accepted(folder, text):
    path = folder / "Mutant.v"
    path.write_text(text)
    run = subprocess.run(["coqc", "-q", "-w", "none", "-Q", ".", "Allocert", path.name], cwd=folder, capture_output=True, text=True)
    return run.returncode == 0 and run.stdout.count(CLOSED) == text.count("\nTheorem answer_")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--count", type=int, default=100, help="how many mutants, evenly over all files")
    given = parser.parse_args()
    everything = []
    for path in given.files:
        text = path.read_text()
        if not accepted(given.folder, text):
            sys.exit(f"{path} is not accepted as it is")
        everything.extend((path, mutant) for mutant in mutants(text))
    count = min(given.count, len(everything))
    start, wrong = time.monotonic(), 0
    for place in range(count):
        path, mutant = everything[place * len(everything) // count]
        if accepted(given.folder, mutant):
            wrong += 1
            print(f"{path}: a mutant is accepted, in {given.folder / 'Accepted.v'}")
            (given.folder / "Accepted.v").write_text(mutant)
    print(f"{count - wrong} of {count} mutants, of {len(everything)}, are rejected, in {time.monotonic() - start:.0f} s")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
