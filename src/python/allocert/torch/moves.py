"""Operations that only move entries: torch does them to the entries' numbers, and the entries follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import NotSupported
from ..tensors import Tensor, _beside, _concat, as_tensor

MOVES: dict[str, tuple[int, ...]] = {
    "flip": (0,),
    "roll": (0,),
    "repeat": (0,),
    "repeat_interleave": (0,),
    "tril": (0,),
    "triu": (0,),
    "diagonal": (0,),
    "index": (0,),
    "index_select": (0,),
    "take_along_dim": (0,),
    "gather": (0,),
    "movedim": (0,),
    "unfold": (0,),
    "as_strided": (0,),
    "constant_pad_nd": (0,),
    "embedding": (0,),
    "slice_scatter": (0, 1),
    "select_scatter": (0, 1),
    "diagonal_scatter": (0, 1),
    "index_put": (0, 2),
}
"""The operations, and which of their arguments hold the entries; the others are constants. What is filled in is 0."""


def moved(target: Any, places: Sequence[int], arguments: list[Any], options: Mapping[str, Any]) -> Tensor:
    """What an operation makes of its entries, which are numbered from 1 on; 0 is what it fills in."""
    import torch

    tensors = [arguments[place] for place in places]
    beside = _beside(*tensors)
    parts = [as_tensor(beside, value.numpy() if hasattr(value, "numpy") else value) for value in tensors]
    numbered, first = list(arguments), 1
    for place, part in zip(places, parts, strict=True):
        numbered[place] = torch.arange(first, first + part.size).reshape(part.shape)
        first += part.size
    others = [one for place, one in enumerate(arguments) if place not in places] + list(options.values())
    if any(isinstance(one, Tensor) for one in others) or (len(numbered) > 2 and target_pads(target) and numbered[2]):
        raise NotSupported(f"{target} with these arguments is not recorded")
    numbers = target(*numbered, **options).numpy()
    entries = parts[0].reshape(-1) if len(parts) == 1 else _concat([part.reshape(-1) for part in parts])
    return taken(entries, numbers)


def target_pads(target: Any) -> bool:
    """Whether an operation fills in a number that it is told."""
    return "constant_pad_nd" in str(target)


def taken(entries: Tensor, numbers: Any) -> Tensor:
    """The entries of these numbers (0 is none, which is 0), in the shape of the numbers; runs of them are taken at once."""
    flat = np.asarray(numbers).reshape(-1)
    # A run goes on where the number grows by one, or both are 0.
    steps = np.diff(flat)
    ends = np.flatnonzero(~((steps == 1) & (flat[:-1] > 0) | (steps == 0) & (flat[:-1] == 0))) + 1
    runs = []
    for run in np.split(flat, ends):
        start = int(run[0])
        runs.append(entries[start - 1 : start - 1 + len(run)] if start else as_tensor(entries, np.zeros(len(run), int)))
    return (runs[0] if len(runs) == 1 else _concat(runs)).reshape(np.shape(numbers))
