"""Scores some of which are minus infinity, as masks of attention make them, and softmax of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import NotSupported
from .recorded import taken
from .tensors import Tensor, _add, _broadcast, _concat, _multiply, _swapaxes, softmax

NEGLIGIBLE = -1e30
"""What is no larger is read as minus infinity beside scores, as masks are written with the least number of a type of floats."""


class Hidden:
    """Scores some of which are minus infinity: the others are seen. Nothing but softmax does away with it."""

    def __init__(self, scores: Tensor, seen: Any) -> None:
        self.scores, self.seen = scores, np.broadcast_to(seen, scores.shape)
        self.shape, self.ndim = scores.shape, scores.ndim


def hides(value: Any) -> Any:
    """Which of some values are minus infinity; those of a tensor are not."""
    return np.array(False) if isinstance(value, (Tensor, Hidden)) else np.asarray(value) <= NEGLIGIBLE


def hidden(scores: Tensor | Hidden, seen: Any) -> Hidden:
    """Scores, all but those that are seen minus infinity."""
    inner, before = (scores.scores, scores.seen) if isinstance(scores, Hidden) else (scores, True)
    both = np.logical_and(before, seen)
    return Hidden(_broadcast(inner, np.broadcast_shapes(inner.shape, both.shape)), both)


def plus(scores: Tensor | Hidden, others: Any) -> Tensor | Hidden:
    """Scores and others beside them, or numbers, either of which may be minus infinity."""
    if isinstance(others, Hidden):
        return hidden(plus(scores, others.scores), others.seen)
    if isinstance(scores, Hidden):
        return hidden(plus(scores.scores, others), scores.seen)
    away = hides(others)
    return hidden(_add(scores, np.where(away, 0, others)), ~away) if away.any() else _add(scores, others)


def times(scores: Hidden, factor: Any) -> Hidden:
    """Scores times a number."""
    if isinstance(factor, (Tensor, Hidden)) or not np.all(np.asarray(factor) > 0):
        raise NotSupported("minus infinity times what is no positive number is not recorded\n  softmax of it is")
    return hidden(_multiply(scores.scores, factor), scores.seen)


def softmax_where_seen(scores: Tensor | Hidden, axis: int) -> Tensor:
    """softmax, in which what is hidden has no share."""
    if isinstance(scores, Tensor):
        return softmax(scores, axis)
    if axis % scores.ndim != scores.ndim - 1:
        turned = Hidden(_swapaxes(scores.scores, axis, -1), np.swapaxes(scores.seen, axis, -1))
        return _swapaxes(softmax_where_seen(turned, -1), axis, -1)
    length = scores.shape[-1]
    rows, seen = scores.scores.reshape((-1, length)), scores.seen.reshape((-1, length))
    if not seen.any(axis=-1).all():
        raise NotSupported("a mask under which a token sees nothing is not recorded\n  let it see itself")
    numbers = np.zeros(seen.shape, dtype=int)
    numbers[seen] = np.arange(1, int(seen.sum()) + 1)
    places = np.arange(1, seen.size + 1).reshape(seen.shape)
    entries = scores.scores.reshape(-1)
    shares = [softmax(taken(entries, places[row][seen[row]])) for row in range(len(rows))]
    return taken(_concat(shares), numbers).reshape(scores.shape)


def chosen_scores(which: Any, cases: Sequence[Any]) -> Any:
    """Entry by entry that of the case which a constant names; minus infinity is what softmax leaves out."""
    if isinstance(which, Tensor):
        raise NotSupported("a choice that depends on weights or inputs is not recorded\n  relu, maximum and minimum are")
    places = np.asarray(which).astype(int)
    for place, (one, other) in enumerate((cases, cases[::-1]) if len(cases) == 2 else ()):
        if isinstance(other, (Tensor, Hidden)) and hides(one).all():
            return hidden(other, places != place)
    return _chosen(places, cases)


def _chosen(which: Any, cases: Sequence[Any]) -> Any:
    """Entry by entry that of the case which a constant names; the cases are tensors or numbers."""
    if any(isinstance(case, Hidden) for case in cases):
        raise NotSupported("a choice of minus infinity is not recorded\n  softmax of it is")
    shape = np.broadcast_shapes(which.shape, *(_shape(case) for case in cases))
    places = np.broadcast_to(which, shape)
    total: Any = np.zeros(shape, dtype=int)
    for place, case in enumerate(cases):
        here = places == place
        if isinstance(case, Tensor):
            total = _add(total, _multiply(here.astype(int), case)) if here.any() else total
        else:
            total = total + np.where(here, case, 0)
    return total


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, Tensor) else np.shape(value)
