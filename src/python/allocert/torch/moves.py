"""Operations that only move entries: torch does them to the entries' numbers, and the entries follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import NotSupported
from ..recorded import taken
from ..tensors import Tensor, _beside, _concat, _first, as_tensor

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
    if _first(others) is not None:
        raise NotSupported("places that depend on weights or inputs are not recorded")
    if "constant_pad_nd" in str(target) and len(numbered) > 2 and numbered[2]:
        raise NotSupported("what is filled up with a number other than 0 is not recorded")
    if "index_put" in str(target) and any(one is True for one in others):
        raise NotSupported("index_put that adds up (accumulate=True) is not recorded\n  write the sum")
    numbers = target(*numbered, **options).numpy()
    entries = parts[0].reshape(-1) if len(parts) == 1 else _concat([part.reshape(-1) for part in parts])
    return taken(entries, numbers)
