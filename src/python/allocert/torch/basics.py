"""What rules and layers have in common: sums, products and functions, and scores that are minus infinity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import NotSupported
from ..tensors import Tensor, _add, _beside, _concat, _dot, _multiply, _subtract, as_tensor, softmax
from .moves import taken


class Hidden:
    """Scores some of which are minus infinity, as masks of attention make them: the others are seen."""

    def __init__(self, scores: Tensor, seen: Any) -> None:
        self.scores, self.seen = scores, np.broadcast_to(seen, scores.shape)
        self.shape, self.ndim = scores.shape, scores.ndim


def hidden(scores: Any, seen: Any) -> Hidden:
    """Scores, all but those that are seen minus infinity."""
    shape = np.broadcast_shapes(scores.shape, np.shape(seen))
    return Hidden(scores if scores.shape == shape else _add(scores, np.zeros(shape, dtype=int)), seen)


def plus(scores: Tensor, numbers: Any) -> Tensor | Hidden:
    """Scores and numbers beside them, which may be minus infinity."""
    hides = np.isneginf(numbers)
    if not hides.any():
        return _add(scores, numbers)
    return hidden(_add(scores, np.where(hides, 0, numbers)), ~hides)


def softmax_where_seen(scores: Tensor | Hidden, axis: int) -> Tensor:
    """softmax, in which what is hidden has no share."""
    if isinstance(scores, Tensor):
        return softmax(scores, axis)
    if axis % scores.ndim != scores.ndim - 1:
        raise NotSupported("softmax of minus infinity along another axis than the last is not recorded")
    length = scores.shape[-1]
    rows, seen = scores.scores.reshape((-1, length)), scores.seen.reshape((-1, length))
    if not seen.any(axis=-1).all():
        raise NotSupported("a mask under which a token sees nothing is not recorded")
    numbers = np.zeros(seen.shape, dtype=int)
    numbers[seen] = np.arange(1, int(seen.sum()) + 1)
    places = np.arange(1, seen.size + 1).reshape(seen.shape)
    entries = scores.scores.reshape(-1)
    shares = [softmax(taken(entries, places[row][seen[row]])) for row in range(len(rows))]
    return taken(_concat(shares), numbers).reshape(scores.shape)


def _linear(x: Any, weight: Any, bias: Any = None) -> Tensor:
    beside = _beside(x, weight, bias)
    rows, matrix = as_tensor(beside, x), as_tensor(beside, weight)
    flat = rows.reshape(-1, rows.shape[-1])
    product = _dot(flat, matrix.T).reshape((*rows.shape[:-1], matrix.shape[0]))
    return product if bias is None else _add(product, bias)


def _matmul(a: Any, b: Any) -> Tensor:
    beside = _beside(a, b)
    left, right = as_tensor(beside, a), as_tensor(beside, b)
    if left.ndim > 2 and right.ndim == 2:
        return _linear(left, right.T)
    return _dot(left, right)


def _scaled(value: Any, factor: Any) -> Any:
    return value if factor == 1 else _multiply(value, factor)


def _added(a: Any, b: Any, *, alpha: Any = 1) -> Any:
    if isinstance(b, Tensor):
        return _add(a, _scaled(b, alpha)) if isinstance(a, Tensor) else plus(_scaled(b, alpha), np.asarray(a))
    return plus(a, np.asarray(b) * alpha)


def _subtracted(a: Any, b: Any, *, alpha: Any = 1) -> Tensor:
    return _subtract(a, _scaled(b, alpha)) if isinstance(b, Tensor) else _subtract(a, np.asarray(b) * alpha)


def _applied(name: str) -> Callable[[Any], Tensor]:
    return lambda x: Tensor(as_tensor(_beside(x), x)._inner.apply(name))


_exp, _log, _sqrt, _tanh = map(_applied, ("exp", "log", "sqrt", "tanh"))
