"""Runs cut into parts for more than one machine: tasks that can be sent anywhere, and the merge of what they give back.

There is no scheduler here. A task is called without arguments, in whatever process: a worker of Dask or Ray, a pool of the
standard library, a job of a cluster. It needs this package there, in the same version, and no shared disk.

>>> tasks = shards(scan, "lrnn(1, 2, 1, 5)", parts=3)
>>> merge([task() for task in tasks]).counts == scan("lrnn(1, 2, 1, 5)", progress=False).counts
True

With Dask: ``merge(client.gather([client.submit(task) for task in tasks]))``; with Ray:
``run = ray.remote(lambda task: task())``, then ``merge(ray.get([run.remote(task) for task in tasks]))``.
"""

from __future__ import annotations

import hashlib
import inspect
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import _native, questions, results
from .errors import AllocertError, LimitReached, NotSupported
from .networks import Network, NetworkLike, as_network
from .numbers import count
from .results import Table


@dataclass(frozen=True)
class Part:
    """What a task gives back: the part ``number`` (from 1) of ``of``, of the run whose request has this ``key``.

    >>> part = shards("rank", "lffn([2, 2])", ["W1", "none"], parts=2)[1]()
    >>> part.number, part.of
    (2, 2)
    """

    key: str
    number: int
    of: int
    version: str
    answers: tuple[str, ...] = ()
    task: Task | None = None
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Task:
    """One part of a run. Calling it does the work; it can be pickled.

    >>> task = shards("rank", "lffn([2, 2])", ["W1", "none"], parts=2)[0]
    >>> type(task()).__name__, len(task().answers)
    ('Part', 1)
    """

    question: str
    key: str
    number: int
    of: int
    net: Network | None
    work: Mapping[str, Any]

    def __call__(self) -> Part:
        """Does the work."""
        part = Part(self.key, self.number, self.of, _native.__version__)
        if self.question in ("rank", "match"):
            ask = getattr(questions, self.question)
            answers = ask(self.net, list(self.work["allocations"]), **{"progress": False, **self.work["options"]})
            return replace(part, answers=tuple(answer.to_json() for answer in answers), task=self)
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "kept"
            for name, content in self.work["files"]:
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            shard = ["--resume", str(kept), "--shard", f"{self.number}/{self.of}"]
            _run([*self.work["command"], *shard], folder)
            files = sorted(path for path in kept.rglob("*") if path.is_file())
            return replace(part, files=tuple((path.relative_to(kept).as_posix(), path.read_bytes()) for path in files))


def shards(question: Callable[..., Any] | str, *arguments: Any, parts: int, **options: Any) -> list[Task]:
    """Cuts a run into ``parts`` tasks; the cut follows from the request alone.

    ``question`` is ``rank`` or ``match`` (of a network and a list of allocations), ``scan`` (of a network that the commands can
    read), or ``verify`` (of claim files, whose texts travel with the tasks); ``arguments`` and ``options`` are those of the
    question. A limit of time holds for each task.

    >>> [task.number for task in shards(rank, "lffn([2, 2])", ["W1[0,0]", "W1[0,:]", "all"], parts=2)]
    [1, 2]
    """
    name = question if isinstance(question, str) else question.__name__
    if count("parts", parts) < 1:
        raise AllocertError("a run cannot be cut into 0 parts\n  give parts=1 or more")
    options.pop("progress", None)
    askable: dict[str, Callable[..., Any]] = {
        "rank": questions.rank,
        "match": questions.match,
        "scan": _scan_command,
        "verify": _verify_command,
    }
    ask = askable.get(name)
    if ask is None:
        raise NotSupported(f"{name} is not cut into parts\n  rank, match, scan and verify are")
    known = [parameter.name for parameter in inspect.signature(ask).parameters.values() if parameter.kind.name == "KEYWORD_ONLY"]
    for option in options:
        if option not in known:
            raise AllocertError(f"{name} in parts has no option {option}\n  it has {', '.join(known)}")
    if name in ("rank", "match"):
        return _of_list(name, parts, *arguments, **options)
    if name == "scan":
        return _of_command(name, parts, *_scan_command(*arguments, **options))
    return _of_command(name, parts, *_verify_command(*arguments, **options))


def merge(parts: Iterable[Part]) -> Any:
    """Joins the parts of one run, in whatever order: what the question in one go gives.

    A missing part, one that is there twice, parts of different runs or versions, and damaged ones are refused. Tables are
    held against the numbers of allocations that there are; of a list, one answer of each part is asked again with another
    seed: its dimension and, of ``match``, its verdict and matching degree as far as a few seconds settle them. The other answers
    are taken as they are, and so are those of networks with kinks.

    >>> tasks = shards(rank, "lffn([2, 2])", ["W1[0,0]", "W1[0,:]", "all"], parts=2)
    >>> [answer.dim for answer in merge([task() for task in tasks])]
    [1, 2, 4]
    """
    kept = list(parts)
    for part in kept:
        if not isinstance(part, Part):
            raise AllocertError(f"a {type(part).__name__} is no part\n  merge what the tasks gave back when they were called")
    kept.sort(key=lambda part: part.number)
    if not kept:
        raise AllocertError("there is no part to merge")
    first = kept[0]
    if any((part.key, part.of, part.version) != (first.key, first.of, first.version) for part in kept):
        raise AllocertError("the parts are not of one run and one version\n  merge what the tasks of one call of shards gave")
    numbers = [part.number for part in kept]
    if numbers != list(range(1, first.of + 1)):
        missing = sorted(set(range(1, first.of + 1)) - set(numbers))
        wrong = f"parts {missing} of {first.of} are missing" if missing else "a part is there twice"
        raise AllocertError(f"{wrong}\n  call their tasks, and merge all of them, each once")
    if first.files:
        return _merged_folders(kept)
    return _merged_lists(kept)


def _key(*request: Any) -> str:
    return hashlib.sha256(json.dumps(request, default=str, ensure_ascii=False).encode()).hexdigest()


def _of_list(name: str, parts: int, net: NetworkLike, allocations: Iterable[Any], **options: Any) -> list[Task]:
    net = as_network(net)
    texts = [net.allocation(allocation).text for allocation in allocations]
    key = _key(name, str(net), net.program, texts, sorted(options.items()), parts)
    cuts = [len(texts) * number // parts for number in range(parts + 1)]
    work = [{"allocations": tuple(texts[a:b]), "options": options} for a, b in itertools.pairwise(cuts)]
    return [Task(name, key, number, parts, net, one) for number, one in enumerate(work, 1)]


def _of_command(name: str, parts: int, command: list[str], files: list[tuple[str, bytes]]) -> list[Task]:
    key = _key(name, command, [(path, hashlib.sha256(content).hexdigest()) for path, content in files], parts)
    work = {"command": tuple(command), "files": tuple(files)}
    return [Task(name, key, number, parts, None, work) for number in range(1, parts + 1)]


def _scan_command(
    net: NetworkLike,
    *,
    within: Any = None,
    sizes: Any = None,
    samples: int | None = None,
    seed: int = 1,
    error_log2: int = -20,
    time_limit: float = 600,
) -> tuple[list[str], list[tuple[str, bytes]]]:
    net = as_network(net)
    try:
        readable = Network(str(net)) == net
    except AllocertError:
        readable = False
    if not readable:
        raise NotSupported(
            f"the commands cannot read {net}, which is made in Python or by a file of its own\n"
            "  cut a list of allocations into parts, with rank; or write the network in the claim language"
        )
    command = ["scan", str(net), "--seed", str(seed), "--error-log2", str(error_log2)]
    command += ["--time-limit", str(max(1, round(time_limit)))]
    if samples is not None:
        command += ["--samples", str(samples)]
    if within is not None:
        command += ["--within", net.allocation(within).text]
    if sizes is not None:
        first, last = questions._sizes(sizes) or (0, net.weights)
        command += ["--sizes", f"{first}..{last}"]
    return command, []


def _verify_command(
    *paths: Any, only: str | None = None, seed: int = 1, error_log2: int = -20, time_limit: int = 600
) -> tuple[list[str], list[tuple[str, bytes]]]:
    if not paths:
        raise AllocertError("no claim file is given\n  shards(verify, 'mine.star', parts=8), or a folder of them")
    files: list[tuple[str, bytes]] = []
    roots: list[str] = []
    for number, given in enumerate(map(Path, paths)):
        # Below a folder of its own, so that equal names do not meet.
        root = given if given.is_dir() else given.parent
        below = f"claims-{number}"
        roots.append(below if given.is_dir() else f"{below}/{given.name}")
        found = sorted(given.rglob("*.star")) if given.is_dir() else [given] if given.exists() else []
        if not found:
            raise AllocertError(f"{os.fspath(given)}: there is no claim file\n  name a file *.star, or a folder of them")
        files += [(f"{below}/{path.relative_to(root).as_posix()}", path.read_bytes()) for path in found]
    command = ["verify", *roots, "--seed", str(seed), "--error-log2", str(error_log2), "--time-limit", str(time_limit)]
    return command + ([] if only is None else ["--only", only]), files


def _run(arguments: list[str], folder: str) -> str:
    started = [sys.executable, "-m", "allocert", *arguments]
    done = subprocess.run(
        started, cwd=folder, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL
    )
    message = done.stderr.strip().removeprefix("error: ")
    if done.returncode == 3:
        raise LimitReached(message or "a limit stopped this part")
    if done.returncode not in (0, 1) or not done.stdout:
        raise AllocertError(message or f"the command ended with status {done.returncode}")
    return done.stdout


def _merged_folders(parts: list[Part]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            for name, content in part.files:
                path = Path(folder) / f"part-{part.number}" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        said = _run(["merge", *(f"part-{part.number}" for part in parts), "--json"], folder)
    answers = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    if any("claim" in fields for fields in answers):
        return Table(results.Verify(fields) for fields in answers if "claim" in fields)
    return results.Scan(answers[0])


def _merged_lists(parts: list[Part]) -> Any:
    answers: list[results.Result] = []
    for part in parts:
        fields = [json.loads(text) for text in part.answers]
        task = part.task
        if task is None or not _is_answered(part, task, fields):
            raise AllocertError(f"part {part.number} of {part.of} is damaged\n  call its task again")
        _ask_again(task, fields)
        kind = results.Match if task.question == "match" else results.Rank
        answers += [kind(one, task.net) for one in fields]
    return Table(answers)


def _is_answered(part: Part, task: Task, fields: list[dict[str, Any]]) -> bool:
    """Whether these are answers to what the part's own task asked, in its order."""
    if (task.key, task.number, task.of) != (part.key, part.number, part.of):
        return False
    options = task.work["options"]
    common = (str(task.net), options.get("samples"), options.get("seed", 1))
    asked = [(*common, text) for text in task.work["allocations"]]
    return asked == [tuple(one.get(name) for name in ("network", "samples", "seed", "allocation")) for one in fields]


def _ask_again(task: Task, fields: list[dict[str, Any]]) -> None:
    """Whether one answer of a part is also what another seed gives; with kinks, other draws may give another one."""
    if not fields or task.net is None or task.net._inner.kind == "kinks":
        return
    there = fields[int(task.key[:8], 16) % len(fields)]
    options = {name: value for name, value in task.work["options"].items() if name in _KEPT}
    ask: Callable[..., Any] = questions.rank
    if task.question == "match":
        ask, options = questions.match, {**options, **_BRIEFLY}
    here = ask(task.net, there["allocation"], seed=1 + there["seed"], progress=False, **options).to_dict()
    for name, word in _SAME.items():
        # What is not known at one of the two says nothing.
        values = there.get(name), here.get(name)
        if not {None, "undecided"} & set(values) and values[0] != values[1]:
            raise AllocertError(
                f"part {task.number} of {task.of} gives {there['allocation']} the {word} {values[0]}, "
                f"and here it has {values[1]}\n  call its task again"
            )


#: Options without which it would be another question.
_KEPT = ("samples", "error_log2", "draws", "ensemble")
#: A verdict is asked again with so few instances and so little time at the most: a merge is short.
_BRIEFLY: Mapping[str, Any] = {"trials": 50, "time_limit": 5.0}
#: What does not depend on the seed, in words.
_SAME = {"dim": "dimension", "verdict": "verdict", "degree": "matching degree"}
