"""What rules and layers have in common: sums, products and functions, also of numbers alone, and of minus infinity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..scores import Hidden, plus, times
from ..tensors import Tensor, _add, _beside, _divide, _dot, _function, _multiply, _subtract, as_tensor

_exp, _log, _sqrt, _tanh = map(_function, ("exp", "log", "sqrt", "tanh"))


def _either(symbolic: Callable[[Any, Any], Tensor], numeric: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation on two values, one of which may be a tensor, or neither."""

    def rule(a: Any, b: Any) -> Any:
        return symbolic(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else numeric(a, b)

    return rule


_product, _quotient, _difference = (
    _either(_multiply, np.multiply),
    _either(_divide, np.divide),
    _either(_subtract, np.subtract),
)


def _multiplied(a: Any, b: Any) -> Any:
    if isinstance(a, Hidden):
        return times(a, b)
    return times(b, a) if isinstance(b, Hidden) else _product(a, b)


def _divided(a: Any, b: Any) -> Any:
    return times(a, 1 / np.asarray(b)) if isinstance(a, Hidden) and not isinstance(b, Tensor) else _quotient(a, b)


def _scaled(value: Any, factor: Any) -> Any:
    return value if factor == 1 else _multiplied(value, factor)


def _added(a: Any, b: Any, alpha: Any = 1) -> Any:
    b = _scaled(b, alpha)
    if isinstance(a, (Tensor, Hidden)):
        return plus(a, b)
    return plus(b, a) if isinstance(b, (Tensor, Hidden)) else np.add(a, b)


def _subtracted(a: Any, b: Any, alpha: Any = 1) -> Any:
    b = _scaled(b, alpha)
    return plus(a, -np.asarray(b)) if isinstance(a, Hidden) and not isinstance(b, Tensor) else _difference(a, b)


def _linear(x: Any, weight: Any, bias: Any = None) -> Tensor:
    beside = _beside(x, weight, bias)
    rows, matrix = as_tensor(beside, x), as_tensor(beside, weight)
    flat = rows.reshape(-1, rows.shape[-1])
    product = _dot(flat, matrix.T).reshape((*rows.shape[:-1], matrix.shape[0]))
    return product if bias is None else _add(product, bias)


def _matmul(a: Any, b: Any) -> Any:
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        return np.matmul(a, b)
    beside = _beside(a, b)
    left, right = as_tensor(beside, a), as_tensor(beside, b)
    if left.ndim > 2 and right.ndim == 2:
        return _linear(left, right.T)
    return _dot(left, right)
