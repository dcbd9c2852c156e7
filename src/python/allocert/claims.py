"""Claims as Python functions, for a quick look: evaluated by Python, over all allocations or over a random sample of them.

The claim language (``allocert.verify``) is for what is to be kept: its conditions cannot have side effects, are checked up to
symmetry, and come with certificates.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import results
from .errors import AllocertError
from .masks import AllocationLike
from .networks import Network, NetworkLike, as_network
from .numbers import count
from .questions import rank

TOGETHER = 256


@dataclass(frozen=True)
class Outcome:
    """What Python found of a claim.

    ``outcome`` is ``"verified"`` if the condition held for every allocation that was asked about, ``"supported"`` if it held for
    a random sample of them, and ``"refuted"`` if it did not hold for ``counterexample``, the smallest where all were looked at.
    It rests on the dimensions, whose ``evidence`` is given, and on Python's evaluation of the condition: it is no certificate.

    >>> print(claim("lffn([2, 2])")(lambda net, a: a.spans or a.size < 4))
    <lambda>: verified, over all 16 allocations, evaluated by Python (proved)
    """

    claim: str
    outcome: str
    instances: int
    exhaustive: bool
    evidence: str
    error_log2: int | None
    counterexample: results.Rank | None
    seed: int

    def __str__(self) -> str:
        over = "all" if self.exhaustive else "a random sample of"
        known = results.evidence({"evidence": self.evidence, "error_log2": self.error_log2})
        if self.counterexample is not None:
            text = f"{self.claim}: refuted by allocation {self.instances:,} looked at, evaluated by Python ({known})"
            return f"{text}\n  {self.counterexample.network}: {self.counterexample.allocation}"
        return (
            f"{self.claim}: {self.outcome}, over {over} {self.instances:,} allocations, evaluated by Python ({known})"
        )


def claim(
    networks: NetworkLike | Iterable[NetworkLike],
    *,
    within: AllocationLike = "all",
    sizes: int | Sequence[int] | range | None = None,
    samples: int | None = None,
    most: int = 20_000,
    seed: int = 1,
) -> Callable[[Callable[[Network, results.Rank], bool]], Outcome]:
    """Checks a condition on the allocations of some networks: ``@claim(nets) def holds(net, a): return a.dim <= a.size``.

    The function is given each network and the answer about each allocation (its ``size``, ``dim``, ``spans``, …), and what it is
    called is the outcome. Allocations lie inside ``within`` and have ``sizes``. If a network has at most ``most`` of them all are
    looked at, smallest first; otherwise ``most`` random ones.

    >>> @claim("lffn([2, 2])")
    ... def free(net, a):
    ...     return a.dim == a.size
    >>> free.outcome, free.instances, free.exhaustive
    ('verified', 16, True)
    >>> @claim("lffn([2, 2, 2])", sizes=range(4, 5))
    ... def spanning(net, a):
    ...     return a.spans
    >>> spanning.outcome, spanning.counterexample.allocation
    ('refuted', 'W1[0,0] W1[0,1] W2[0,0] W2[1,0]')
    """
    several = [networks] if isinstance(networks, (str, Network)) else list(networks)
    if not several:
        raise AllocertError("a claim is about at least one network")

    def checked(holds: Callable[[Network, results.Rank], bool]) -> Outcome:
        if not callable(holds):
            raise AllocertError(f"{holds!r} is no condition\n  give a function of a network and an answer")
        return _check(holds, [as_network(net) for net in several], within, sizes, samples, most, seed)

    return checked


def _check(
    holds: Callable[[Network, results.Rank], bool],
    nets: list[Network],
    within: AllocationLike,
    sizes: int | Sequence[int] | range | None,
    samples: int | None,
    most: int,
    seed: int,
) -> Outcome:
    name, seen, worst, exhaustive = str(getattr(holds, "__name__", "the claim")), 0, _Worst(), True
    for net in nets:
        inside = net.allocation(within).indices
        wanted = [size for size in _wanted(sizes, len(inside)) if size <= len(inside)]
        every = sum(math.comb(len(inside), size) for size in wanted) <= most
        exhaustive = exhaustive and every
        chosen = _all(inside, wanted) if every else _sample(inside, wanted, most, seed)
        for part in _parts(chosen):
            for answer in rank(net, part, samples=samples, seed=seed):
                seen += 1
                worst.add(answer)
                if not _truth(name, holds(net, answer)):
                    known = "refuted" if answer.evidence in ("proved", "bounded") else "contradicted"
                    return Outcome(name, known, seen, every, answer.evidence, answer.error_log2, answer, seed)
    if not seen:
        raise AllocertError(f"{name}: there is no allocation of these sizes\n  a claim about nothing is not verified")
    outcome = "verified" if exhaustive and worst.evidence in ("proved", "bounded") else "supported"
    return Outcome(name, outcome, seen, exhaustive, worst.evidence, worst.error_log2, None, seed)


def _wanted(sizes: int | Sequence[int] | range | None, most: int) -> list[int]:
    if sizes is None:
        return list(range(most + 1))
    several = sizes if isinstance(sizes, Iterable) else [sizes]
    return sorted({count("sizes", size) for size in several})


def _truth(name: str, value: Any) -> bool:
    if isinstance(value, bool) or (str(getattr(value, "dtype", "")) in ("bool", "torch.bool") and value.ndim == 0):
        return bool(value)
    raise AllocertError(f"{name} gives {value!r}, not True or False\n  end it with return and a condition")


class _Worst:
    """How all answers together are known: their errors add up."""

    def __init__(self) -> None:
        self.evidence, self.error = "proved", 0.0

    def add(self, answer: results.Rank) -> None:
        order = ("proved", "bounded", "statistical", "open")
        self.evidence = max(self.evidence, answer.evidence, key=order.index)
        self.error += 0.0 if answer.error_log2 is None else 2.0**answer.error_log2

    @property
    def error_log2(self) -> int | None:
        return math.ceil(math.log2(self.error)) if self.evidence == "bounded" and self.error > 0 else None


def _all(inside: list[int], sizes: Iterable[int]) -> Iterator[list[int]]:
    for size in sizes:
        for chosen in itertools.combinations(inside, size):
            yield list(chosen)


def _sample(inside: list[int], sizes: Sequence[int], number: int, seed: int) -> Iterator[list[int]]:
    draw = random.Random(seed)
    weights = [math.comb(len(inside), size) for size in sizes]
    largest = max(weights)
    shares = [weight / largest for weight in weights]
    for _ in range(number):
        yield sorted(draw.sample(inside, draw.choices(sizes, shares)[0]))


def _parts(chosen: Iterator[list[int]]) -> Iterator[list[set[int]]]:
    while part := [set(one) for one in itertools.islice(chosen, TOGETHER)]:
        yield part
