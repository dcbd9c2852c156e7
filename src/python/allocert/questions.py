"""The questions. Each gives what the command of its name gives with ``--json``."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import _native, results
from .errors import AllocertError, LimitReached
from .masks import Allocation, AllocationLike
from .networks import Network, NetworkLike, as_network
from .numbers import count, given, number
from .results import Table

if TYPE_CHECKING:
    import pandas as pd

Answer = TypeVar("Answer", bound=results.Result)


def _common(samples: int | None, seed: int, error_log2: int, progress: Any) -> dict[str, Any]:
    known = None if samples is None else count("samples", samples)
    error = count("error_log2", error_log2, -(2**31))
    return {"samples": known, "seed": count("seed", seed), "error_log2": error, "progress": progress}


class _Bar:
    """Hands progress on to tqdm, where it is installed and wanted."""

    def __init__(self, wanted: bool, what: str) -> None:
        self.bar: Any = None
        if wanted:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                return
            # `None`: only where standard error is a terminal, or in a notebook.
            self.bar = tqdm(desc=what, leave=False, disable=None)

    def __call__(self, done: int, everything: int) -> None:
        self.bar.total = everything
        self.bar.n = min(done, everything)
        self.bar.refresh()

    @property
    def call(self) -> Any:
        """What the engine calls; nothing if there is no bar."""
        return None if self.bar is None else self

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _is_one(allocations: Any) -> bool:
    """Whether this is one allocation, not several: text, an allocation, masks, or positions."""
    if isinstance(allocations, (str, Allocation, Mapping, set, frozenset)) or hasattr(allocations, "columns"):
        return True
    if hasattr(allocations, "dtype"):
        return not _is_of_objects(allocations)
    if not isinstance(allocations, (list, tuple, range)):
        # What is no collection at all is one wrong allocation; any other is read one by one.
        return not isinstance(allocations, Iterable)
    first = next(iter(allocations), None)
    return isinstance(first, int) or (hasattr(first, "__index__") and not getattr(first, "ndim", 0))


def _is_of_objects(array: Any) -> bool:
    """Whether this is an array or a column of texts, or of other allocations."""
    import numpy as np

    return not hasattr(array, "detach") and np.asarray(array).dtype.kind in "OUT"


def _inside(net: Network, weights: AllocationLike | None) -> Allocation | None:
    return None if weights is None else net.allocation(weights)


def _sizes(sizes: Any) -> tuple[int, int] | None:
    if sizes is None:
        return None
    if hasattr(sizes, "__index__") and not getattr(sizes, "ndim", 0):
        return count("sizes", sizes), count("sizes", sizes)
    if isinstance(sizes, range):
        if sizes.step != 1 or not len(sizes):
            raise AllocertError(f"sizes is {sizes}\n  give a number, a pair (first, last), or a range with step 1")
        return sizes[0], sizes[-1]
    try:
        first, last = (count("sizes", size) for size in sizes)
    except (TypeError, ValueError):
        raise AllocertError(f"sizes is {sizes!r}\n  give a number, a pair (first, last), or a range") from None
    if first > last:
        raise AllocertError(f"the first size, {first}, is larger than the last, {last}")
    return first, last


FAMILIES = ("lffn", "lrnn", "pnn", "relu")
MOST_BYTES = 8 << 30
"""What the derivatives of all weights of a recorded network may fill."""


def _refuse_large(net: Network) -> None:
    """Refuses a recorded network whose Jacobian would fill the memory; the families have rules for large ones."""
    needed = 3 * 8 * net.weights**2
    if needed > MOST_BYTES and net.family not in FAMILIES:
        raise LimitReached(
            f"{net} has {net.weights:,} weights, whose derivatives would fill about {needed >> 30} GB\n"
            "  where few of them learn, ask net.freeze(allocation), whose weights are those"
        )


def _many(kind: type[Answer], text: str, net: Network) -> Table[Answer]:
    return Table(kind(fields, net) for fields in json.loads(text))


def rank(
    net: NetworkLike,
    allocations: Any,
    *,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -100,
    draws: int = 1000,
    progress: bool = False,
) -> Any:
    """The reachable dimension of one allocation, or of each of a list of them.

    ``samples`` is the number of generic inputs (without it, as many as add something); an answer that is not proved is wrong
    with a probability of at most 2**error_log2; ``draws`` is for networks with kinks.

    >>> rank("lffn([2, 2, 2])", "W1[0,:] W2[:,0]").dim
    3
    >>> [answer.dim for answer in rank("lffn([2, 2, 2])", ["W1", "W2", "all", "none"])]
    [4, 4, 4, 0]
    """
    net = as_network(net)
    _refuse_large(net)
    one = _is_one(allocations)
    chosen = [net.allocation(a) for a in ([allocations] if one else allocations)]
    with _Bar(progress, "ranks") as bar:
        text = _native.rank(net._inner, chosen, _common(samples, seed, error_log2, bar.call), count("draws", draws, 1))
    answers = _many(results.Rank, text, net)
    return answers[0] if one else answers


def scan(
    net: NetworkLike,
    *,
    within: AllocationLike | None = None,
    sizes: Any = None,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -20,
    time_limit: float = 600,
    draws: int = 1000,
    progress: bool = True,
) -> results.Scan:
    """How many of all allocations (inside ``within``, of ``sizes``: a number, a pair or a range) have each dimension.

    >>> scan("lffn([2, 2, 2])", sizes=4).counts
    [[4, 3, '8'], [4, 4, '62']]
    """
    net = as_network(net)
    inside = _inside(net, within)
    with _Bar(progress, "counting") as bar:
        common = _common(samples, seed, error_log2, bar.call)
        text = _native.scan(net._inner, common, inside, _sizes(sizes), number("time_limit", time_limit), count("draws", draws, 1))
    return results.Scan(json.loads(text), net)


def orbits(
    net: NetworkLike,
    *,
    within: AllocationLike | None = None,
    sizes: Any = None,
    trials: int | None = None,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -20,
    time_limit: float = 600,
    progress: bool = True,
) -> results.Orbits:
    """Every allocation up to symmetry with its dimension; with ``trials`` also matching degrees and verdicts.

    >>> len(orbits("lffn([2, 2, 2])", sizes=4))
    10
    """
    net = as_network(net)
    inside, most = _inside(net, within), None if trials is None else count("trials", trials, 1)
    with _Bar(progress, "listing") as bar:
        common = _common(samples, seed, error_log2, bar.call)
        text = _native.orbits(net._inner, common, inside, _sizes(sizes), number("time_limit", time_limit), most)
    return results.Orbits(json.loads(text), net)


def law(
    net: NetworkLike,
    *,
    within: AllocationLike | None = None,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -100,
    time_limit: float = 600,
    most_flats: int = 20_000,
) -> results.Law:
    """The dimensions of all allocations in one formula, and why.

    >>> [(flat["size"], flat["dim"], flat["orbit"]) for flat in law("lffn([2, 2, 2])").flats]
    [(4, 3, 2), (4, 3, 2), (4, 3, 4), (8, 4, 1)]
    """
    net = as_network(net)
    common = _common(samples, seed, error_log2, None)
    limits = number("time_limit", time_limit), count("most_flats", most_flats, 1)
    text = _native.law(net._inner, common, _inside(net, within), *limits)
    return results.Law(json.loads(text), net)


def match(
    net: NetworkLike,
    allocations: Any,
    *,
    samples: int | None = None,
    trials: int | None = None,
    precision: float | None = None,
    ensemble: str = "gaussian",
    teacher: NetworkLike | None = None,
    seed: int = 1,
    error_log2: int = -100,
    time_limit: float = 600,
    progress: bool = True,
) -> Any:
    """With what probability a random student can match a random teacher; for one allocation, or for each of a list.

    The teacher is one of the same network, or of the network ``teacher``, or with ``"labels"`` and ``"orthogonal"`` random
    labels and orthogonal matrices, as with ``allocert match --teacher``.

    >>> match("lffn([2, 2, 2])", "W1").verdict
    'one'
    >>> match("lffn([2, 2, 2])", "W1", teacher="lffn([2, 1, 2])").teacher
    'lffn([2, 1, 2])'
    """
    net = as_network(net)
    ensemble, taught = _teaching(ensemble, teacher)
    one = _is_one(allocations)
    chosen = [net.allocation(a) for a in ([allocations] if one else allocations)]
    most = 10_000 if precision is None else 100_000_000
    instances = {
        "trials": most if trials is None else count("trials", trials, 1),
        "precision": given(number, "precision", precision),
        "ensemble": ensemble,
        "time_limit": number("time_limit", time_limit),
    }
    with _Bar(progress, "deciding") as bar:
        text = _native.match_(net._inner, taught, chosen, _common(samples, seed, error_log2, bar.call), instances)
    answers = _many(results.Match, text, net)
    return answers[0] if one else answers


def _teaching(ensemble: str, teacher: NetworkLike | None) -> tuple[str, _native.Network | None]:
    """How everything is drawn, and the teacher's network where it is another one."""
    if teacher is None:
        return ensemble, None
    special = teacher if isinstance(teacher, str) and teacher in ("labels", "orthogonal") else None
    clash = ensemble == "labels" if special is None else ensemble not in ("gaussian", special)
    if clash:
        raise AllocertError(f"teacher={teacher!r} and ensemble={ensemble!r} both say what is matched\n  leave out one of them")
    return (special, None) if special else (ensemble, as_network(teacher)._inner)


def classify(
    net: NetworkLike,
    *,
    samples: int | None = None,
    trials: int = 100,
    maximal: bool = False,
    seed: int = 1,
    error_log2: int = -100,
    time_limit: float = 600,
    progress: bool = True,
) -> results.Classify:
    """Every allocation of a network of up to 20 weights by the verdict on its match probability.

    With ReLU, the answer's `orbits` say of each orbit the verdict, why, and an interval.

    >>> classify("lffn([1, 2, 1])").rows()[1]
    {'size': 1, 'zero': 0, 'one': 4, 'fractional': 0, 'undecided': 0}
    """
    net = as_network(net)
    with _Bar(progress, "classifying") as bar:
        common = _common(samples, seed, error_log2, bar.call)
        text = _native.classify(net._inner, common, count("trials", trials, 1), number("time_limit", time_limit), maximal)
    return results.Classify(json.loads(text), net)


def design(
    net: NetworkLike,
    size: int,
    *,
    within: AllocationLike | None = None,
    avoid: AllocationLike | None = None,
    per_row: int | None = None,
    alternatives: int = 5,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -100,
    time_limit: float = 60,
) -> results.Design:
    """A best allocation of ``size`` weights, why it cannot be bettered, and others as large.

    >>> design("lffn([2, 2, 2])", 4).dim
    4
    """
    net = as_network(net)
    common = _common(samples, seed, error_log2, None)
    inside, outside = _inside(net, within), _inside(net, avoid)
    rows, others = given(count, "per_row", per_row), count("alternatives", alternatives)
    limit = number("time_limit", time_limit)
    text = _native.design(net._inner, common, count("size", size), inside, outside, rows, others, limit)
    return results.Design(json.loads(text), net)


def train(
    net: NetworkLike,
    allocation: AllocationLike,
    *,
    samples: int | None = None,
    trials: int = 1000,
    trainer: str = "levenberg-marquardt",
    restarts: int = 63,
    initial_scale: float = 1.0,
    learning_rate: float | None = None,
    iterations: int | None = None,
    tolerance: float = 1e-6,
    ensemble: str = "gaussian",
    teacher: NetworkLike | None = None,
    seed: int = 1,
    error_log2: int = -100,
    progress: bool = True,
) -> results.Train:
    """Fits random students to random teachers, and holds what training finds against what is possible.

    The teacher is one of the same network, or another one as in :func:`match`.

    >>> train("lffn([2, 2, 2])", "W1", trials=20).successes
    20
    """
    net = as_network(net)
    ensemble, taught = _teaching(ensemble, teacher)
    how = {
        "trials": count("trials", trials, 1),
        "trainer": trainer,
        "restarts": min(count("restarts", restarts), 2**32 - 1),
        "initial_scale": number("initial_scale", initial_scale),
        "learning_rate": given(number, "learning_rate", learning_rate),
        "iterations": given(count, "iterations", iterations, 1),
        "tolerance": number("tolerance", tolerance),
        "ensemble": ensemble,
    }
    with _Bar(progress, "training") as bar:
        common = _common(samples, seed, error_log2, bar.call)
        text = _native.train(net._inner, taught, net.allocation(allocation), common, how)
    return results.Train(json.loads(text), net)


def symmetries(net: NetworkLike) -> results.Symmetries:
    """What leaves a network as it is: permutations of its weights, and gauge directions.

    >>> sorted(symmetries("lffn([2, 2, 2])").to_dict())
    ['gauge', 'network', 'permutations', 'sign_changes', 'weights']
    """
    net = as_network(net)
    return results.Symmetries(json.loads(_native.symmetries(net._inner)), net)


def check(*files: Any, full: bool = False, time_limit: int | None = None) -> Table[results.Check]:
    """Checks certificates with an arithmetic of its own, which the engine does not share.

    The files are those that the commands write: ``allocert rank NET ALLOC --certificate FILE``.

    >>> check()
    []
    """
    limit = given(count, "time_limit", time_limit)
    texts = [(str(_path(file)), _bytes(_path(file))) for file in files]
    return Table(results.Check(fields) for fields in json.loads(_native.check(texts, full, limit)))


def _path(file: Any) -> Path:
    if not isinstance(file, (str, os.PathLike)):
        raise AllocertError(f"{file!r} is not the name of a file\n  give names, one after the other")
    return Path(file)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise AllocertError(f"cannot read {file}: {wrong.strerror}") from wrong


def _command(*arguments: str, files: Iterable[Path]) -> list[dict[str, Any]]:
    """What a command says about files, a JSON object a line. It runs in a process of its own, which Ctrl-C ends.

    Claims are programs, and whatever such a program does (fill the memory, say) ends that process only.
    """
    started = [sys.executable, "-m", "allocert", *arguments, "--json", "--", *map(str, files)]
    done = subprocess.run(started, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    message = done.stderr.strip().removeprefix("error: ")
    if done.returncode == 3:
        raise LimitReached(message, json.dumps({"answers": answers}))
    if not answers:
        raise AllocertError(message or f"the command ended with status {done.returncode}")
    return answers


def verify(
    *paths: Any,
    only: str | None = None,
    seed: int = 1,
    error_log2: int = -20,
    time_limit: int = 600,
) -> Table[results.Verify]:
    """Checks the claims of files (``*.star``) or folders of them; false ones come with their smallest counterexample.

    >>> claims = tempfile.NamedTemporaryFile("w", suffix=".star")
    >>> condition = "holds = lambda net, a: a.dim == a.size"
    >>> _ = claims.write(f'claim(name = "free", statement = "s", networks = [lffn([2, 2, 2])], {condition})')
    >>> claims.flush()
    >>> verify(claims.name)[0].outcome
    'refuted'
    """
    if not paths:
        raise AllocertError("no claim file is given\n  verify('mine.star'), or a folder of them")
    chosen = [] if only is None else ["--only", only]
    limits = ["--seed", str(seed), "--error-log2", str(error_log2), "--time-limit", str(time_limit)]
    answers = _command("verify", *chosen, *limits, files=[_path(path) for path in paths])
    return Table(results.Verify(fields) for fields in answers if "claim" in fields)


def compare(
    data: str | os.PathLike[str] | pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    trials: int = 10_000,
    ensemble: str = "gaussian",
    level: float = 0.001,
    seed: int = 1,
    time_limit: int = 600,
) -> results.Compare:
    """Holds training results against the theory: a file (CSV, JSON lines, Parquet), a data frame, or rows as dictionaries.

    The columns are ``network, allocation, samples`` (missing: functional), ``trials, successes``.

    >>> row = {"network": "lffn([2, 2, 2])", "allocation": "W1", "trials": 100, "successes": 90}
    >>> [finding["finding"] for finding in compare([row]).rows()]
    ['gap']
    """
    options = ["--trials", str(trials), "--ensemble", ensemble, "--level", repr(level)]
    options += ["--seed", str(seed), "--time-limit", str(time_limit)]
    if isinstance(data, (str, os.PathLike)):
        return results.Compare(_command("compare", *options, files=[_path(data)])[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in _rows(data)), encoding="utf-8")
        return results.Compare(_command("compare", *options, files=[path])[0])


def _rows(data: Any) -> list[dict[str, Any]]:
    """Rows as dictionaries: of pandas, of Polars, or as they are."""
    given = data.to_dict("records") if hasattr(data, "iloc") else data.to_dicts() if hasattr(data, "to_dicts") else data
    if isinstance(given, (Mapping, str)) or not isinstance(given, Iterable):
        raise AllocertError(f"a {type(data).__name__} is no table of results\n  give a file, a data frame, or a list of rows")
    rows = []
    for row in given:
        if not isinstance(row, Mapping):
            raise AllocertError(f"{row!r} is no row\n  give a dictionary from columns to values, for each result")
        plain = {str(name): _plain(value) for name, value in row.items() if name != "allocation"}
        rows.append(plain | {"allocation": _text_of(plain.get("network"), row.get("allocation"))})
    if not rows:
        raise AllocertError("there is no row\n  give at least one result")
    return rows


def _text_of(net: Any, allocation: Any) -> Any:
    """An allocation of a row as text; masks and positions are those of its network."""
    if isinstance(allocation, (Mapping, list, tuple, set)) or (hasattr(allocation, "shape") and allocation.shape):
        return as_network(net).allocation(allocation).text
    return _plain(allocation)


def _plain(value: Any) -> Any:
    """A value of a row as JSON has it: what is missing is null, and whole numbers are integers."""
    if isinstance(value, (Allocation, Network)):
        return value.text if isinstance(value, Allocation) else str(value)
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    # What pandas has for missing values is not equal to itself, nor unequal.
    return value if isinstance(value, (bool, int, str)) else None if str(value) in ("None", "<NA>", "NaT") else str(value)
