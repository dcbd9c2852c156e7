"""Allocations: which weights may learn.

Wherever an allocation is asked for, all of these are understood:

- text in NumPy's indexing: ``"W1[0,0] W1[:,1] b1"``, a bare name is the whole tensor, ``"all"`` and ``"none"``;
- positions in canonical order (tensor after tensor, row by row): ``{0, 3, 5}``, a list, an array of integers, none twice;
- boolean arrays named as the tensors: ``{"W1": W1_mask}``; tensors that are not named do not learn;
- truth values named as the tensors: ``{"W1": True, "b1": False}``, such as ``requires_grad`` of torch's parameters;
- an :class:`Allocation`.
"""

from __future__ import annotations

import operator
from collections import Counter
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
    if hasattr(weights, "columns"):
        raise MaskError("a data frame names no weights\n  give masks by tensor, as {'W1': frame}, or a column of positions")
    positions = [position(one) for one in (_array_of_positions(weights) if hasattr(weights, "dtype") else weights)]
    if len(set(positions)) < len(positions):
        twice = Counter(positions).most_common(1)[0][0]
        raise MaskError(
            f"weight {twice} is named twice: these are read as positions\n  give zeros and ones by tensor, as {{'W1': mask}}"
        )
    return positions


def _array_of_positions(weights: Any) -> list[int]:
    """What an array, a series or a tensor of whole numbers holds."""
    import numpy as np

    array = np.asarray(_in_numpy("an allocation", weights))
    if array.dtype.kind not in "iu":
        raise MaskError(
            f"an array of {array.dtype} names no weights\n  give booleans by tensor, as {{'W1': mask}}, or integers"
        )
    if array.ndim != 1:
        raise MaskError(f"an array of shape {array.shape} names no weights\n  give positions in one axis, or masks by tensor")
    listed: list[int] = array.tolist()
    return listed


def position(value: Any, what: str = "weight") -> int:
    """The position of a weight (or of a label), which is an integer, and no truth value that could be taken for 0 or 1."""
    mend = "give truth values by tensor, as {'W1': mask}" if what == "weight" and _is_truth(value) else "positions are integers"
    try:
        place = None if _is_truth(value) else operator.index(value)
    except TypeError:
        place = None
    if place is None:
        raise MaskError(f"{value!r} names no {what}\n  {mend}")
    if not 0 <= place < 2**63:
        raise MaskError(f"there is no {what} {place}\n  positions run from 0")
    return place


def _is_truth(value: Any) -> bool:
    """Whether this is a truth value of Python, NumPy or torch, which some of them take for 0 or 1."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) in ("bool", "torch.bool")


def _in_numpy(name: str, values: Any) -> Any:
    """A tensor of torch as what NumPy can read; anything else as it is."""
    if not hasattr(values, "detach"):
        return values
    if values.is_meta:
        raise MaskError(f"{name} is on the meta device, where nothing has a value\n  give a mask on the CPU")
    try:
        values = values.detach().to_dense() if values.is_sparse else values.detach()
        # NumPy has none of torch's short floats.
        return (values.double() if values.is_floating_point() else values).cpu().numpy()
    except (TypeError, RuntimeError, NotImplementedError) as wrong:
        raise MaskError(f"{name} is of {values.dtype}, which is not read\n  give booleans") from wrong


def bits(net: _native.Network, name: str, mask: Any) -> Mask:
    """A mask of one tensor, whole; what is wrong with it is said."""
    import numpy as np

    shape = _shape_of(net, name)
    mask = _in_numpy(f"the mask of {name}", mask)
    if isinstance(mask, (bool, np.bool_)):
        return np.full(shape, bool(mask))
    if np.ma.is_masked(mask):
        raise MaskError(f"the mask of {name} has entries that are missing\n  say what they are: .filled(False), or .filled(True)")
    try:
        array = np.asarray(mask)
    except Exception as wrong:
        raise MaskError(f"the mask of {name} is no array\n  give booleans of the shape {shape}") from wrong
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
    # What pandas keeps in columns of objects, or of truth values that may be missing.
    if array.dtype.kind == "O" and all(isinstance(one, (bool, np.bool_)) for one in array.flat):
        return np.asarray(array, dtype=np.bool_)
    raise MaskError(f"the mask of {name} is of {array.dtype}, not boolean\n  give {name} != 0, or what is meant")


def _shape_of(net: _native.Network, name: str) -> tuple[int, ...]:
    for known, shape in net.tensors:
        if known == name:
            return tuple(shape)
    if not isinstance(name, str):
        raise MaskError(f"{name!r} is no name of a tensor\n  it has {', '.join(known for known, _ in net.tensors[:12])}")
    # The engine says what there is.
    net.masked([(name, b"")])
    raise MaskError(f"no tensor {name}")


def to_masks(chosen: Allocation) -> dict[str, Mask]:
    """An allocation as boolean arrays, by tensor."""
    import numpy as np

    arrays = ((name, shape, np.frombuffer(mask, dtype=np.bool_)) for name, shape, mask in chosen.bytes())
    return {name: array.reshape(shape).copy() for name, shape, array in arrays}
