"""Allocations: which weights may learn.

Wherever an allocation is asked for, all of these are understood:

- text in NumPy's indexing: ``"W1[0,0] W1[:,1] b1"``, a bare name is the whole tensor, ``"all"`` and ``"none"``;
- positions in canonical order (tensor after tensor, row by row): ``{0, 3, 5}``, a list, an array of integers;
- boolean arrays named as the tensors: ``{"W1": W1_mask}``; tensors that are not named do not learn;
- truth values named as the tensors: ``{"W1": True, "b1": False}``, such as ``requires_grad`` of torch's parameters;
- an :class:`Allocation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _native
from .errors import MaskError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
else:
    Mask = Any

Allocation = _native.Allocation
AllocationLike = str | Allocation | Mapping[str, Any] | Iterable[int]


def allocation(net: _native.Network, weights: AllocationLike) -> Allocation:
    """The allocation that any of the above means."""
    if isinstance(weights, Allocation):
        return weights
    if isinstance(weights, str):
        return net.read_allocation(weights)
    if isinstance(weights, Mapping):
        return net.masked([(name, bits(net, name, mask).tobytes()) for name, mask in weights.items()])
    if not isinstance(weights, Iterable):
        raise MaskError(f"{weights!r} is no allocation\n  give text such as 'all', masks by tensor, or positions")
    return net.select(_positions(weights))


def _positions(weights: Iterable[int]) -> list[int]:
    if hasattr(weights, "dtype") and weights.dtype.kind not in "iu":
        raise MaskError(
            f"an array of {weights.dtype} names no weights\n  give booleans by tensor, as {{'W1': mask}}, or integers"
        )
    positions = [int(position) for position in weights]
    if any(position < 0 for position in positions):
        raise MaskError(f"there is no weight {min(positions)}\n  positions run from 0")
    return positions


def bits(net: _native.Network, name: str, mask: Any) -> Mask:
    """A mask of one tensor, whole; what is wrong with it is said."""
    import numpy as np

    shape = _shape_of(net, name)
    if hasattr(mask, "detach"):
        mask = mask.detach().cpu().numpy()
    if isinstance(mask, (bool, np.bool_)):
        return np.full(shape, bool(mask))
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        array = _of_zeros_and_ones(name, array)
    if array.shape != shape:
        hint = ""
        if array.shape == shape[::-1]:
            hint = f"; it looks transposed\n  give {name}.T: rows are outputs, columns inputs"
        raise MaskError(f"the mask of {name} has shape {array.shape}, and the tensor {shape}{hint}")
    return np.ascontiguousarray(array)


def _of_zeros_and_ones(name: str, array: Any) -> Mask:
    import numpy as np

    if array.dtype.kind in "iuf" and np.isin(array, (0, 1)).all():
        return np.asarray(array != 0)
    raise MaskError(f"the mask of {name} is of {array.dtype}, not boolean\n  give {name} != 0, or what is meant")


def _shape_of(net: _native.Network, name: str) -> tuple[int, ...]:
    for known, shape in net.tensors:
        if known == name:
            return tuple(shape)
    # The engine says what there is.
    net.masked([(name, b"")])
    raise MaskError(f"no tensor {name}")


def to_masks(chosen: Allocation) -> dict[str, Mask]:
    """An allocation as boolean arrays, by tensor."""
    import numpy as np

    arrays = ((name, shape, np.frombuffer(mask, dtype=np.bool_)) for name, shape, mask in chosen.bytes())
    return {name: array.reshape(shape).copy() for name, shape, array in arrays}
