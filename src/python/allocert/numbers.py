"""Exact numbers: what is handed to the engine is exactly what Python computes with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .errors import AllocertError, ShapeError


def exact(value: Any) -> str:
    """An integer, a fraction or a float as the fraction that it is: ``0.5`` is 1/2, ``0.1`` is 3602879701896397/2**55."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    item = value.item() if hasattr(value, "item") else value
    if isinstance(item, (bool, int)):
        return str(int(item))
    if isinstance(item, float) and math.isfinite(item):
        above, below = item.as_integer_ratio()
        return f"{above}/{below}"
    raise ShapeError(f"{value!r} is not a number\n  give integers, fractions or finite floats")


def count(name: str, value: Any, least: int = 0) -> int:
    """An option that is an integer, at least ``least``, and one that the engine can hold."""
    whole = value.__index__() if hasattr(value, "__index__") else None
    if whole is None or not least <= whole < 2**63:
        raise AllocertError(f"{name} is {value!r}\n  give an integer, {least} or more")
    return int(whole)


def number(name: str, value: Any) -> float:
    """An option that is a finite number above 0."""
    try:
        real = math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        real = math.nan
    if not (math.isfinite(real) and real > 0):
        raise AllocertError(f"{name} is {value!r}\n  give a number above 0")
    return real


def given(check: Any, name: str, value: Any, *more: Any) -> Any:
    """An option that may be left out, checked."""
    return None if value is None else check(name, value, *more)


def exact_all(values: Iterable[Any]) -> list[str]:
    """Each of some numbers."""
    return [exact(value) for value in values]
