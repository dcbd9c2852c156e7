"""What reading the graphs of other libraries has in common: inputs, outputs, pins, and steps that both have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _native
from .errors import AllocertError, NotSupported
from .networks import Network
from .tensors import Tensor, _add, _concat, _multiply, _sum, as_tensor, convolve

Weights = Sequence[tuple[str, Sequence[int]]]
Record = Callable[[Tensor, Sequence[Tensor]], Tensor]
"""From the input and the tensors of weights to the output."""


def recorded(
    name: str, inputs: list[int], weights: Weights, record: Record, kept: Mapping[str, Any] | None = None
) -> _native.Network:
    """The network of a forward pass; weights that are ``kept`` (masks by tensor) are so even where no output depends on them."""

    def forward(x: _native.Tensor, tensors: list[_native.Tensor]) -> _native.Tensor:
        given = [Tensor(tensor) for tensor in tensors]
        out = record(Tensor(x), given)
        if kept:
            named = [(key, one) for (key, _), one in zip(weights, given, strict=True) if key in kept]
            parts = [_multiply(one, _zeros_and_ones(kept[key])) for key, one in named]
            out = _concat([out.reshape(-1), _sum(_concat([part.reshape(-1) for part in parts])).reshape(1)])
        return out._inner

    return _native.Network.record(name, inputs, [(key, list(shape)) for key, shape in weights], forward)


def held_against(name: str, value: Any, told: Any, is_float: bool, library: str) -> Any:
    """What was recorded for a step, if it has the shape and the kind of numbers that the library gives it."""
    if not is_float:
        mend = "keep them floats: a rounding or a comparison of weights or inputs has no derivative"
        raise NotSupported(f"{name} gives {told.dtype} of weights or inputs, which is not recorded\n  {mend}")
    if any(not isinstance(length, int) for length in told.shape):
        mend = "choose entries by their places, which are integers"
        raise NotSupported(f"{name} gives a shape that depends on values, which is not recorded\n  {mend}")
    if tuple(value.shape) != tuple(told.shape):
        shapes = f"{tuple(value.shape)} here, and {tuple(told.shape)} in {library}"
        raise NotSupported(f"{name} with these arguments is not recorded: its shape is {shapes}")
    return value


def _zeros_and_ones(mask: Any) -> Any:
    return np.asarray(mask.detach().cpu() if hasattr(mask, "detach") else mask).astype(int)


def input_shape(shapes: Sequence[tuple[int, ...]]) -> list[int]:
    """The shape of the one input of a network that stands for all of a module's."""
    return [sum(math.prod(shape) for shape in shapes)] if len(shapes) > 1 else list(shapes[0])


def parts(x: Tensor, shapes: Sequence[tuple[int, ...]], batched: bool) -> list[Tensor]:
    """The inputs of a module from one input of the network."""
    found: list[Tensor] = []
    if len(shapes) == 1:
        found = [x]
    else:
        start = 0
        for shape in shapes:
            found.append(x[start : start + math.prod(shape)].reshape(shape))
            start += math.prod(shape)
    return [part[None] for part in found] if batched else found


def output(results: Sequence[Any], beside: Tensor) -> Tensor:
    """All outputs in one axis, if there are several."""
    tensors = [as_tensor(beside, one) for one in results]
    return tensors[0] if len(tensors) == 1 else _concat([tensor.reshape(-1) for tensor in tensors])


def pinned(
    make: Callable[[Mapping[str, Any] | None], tuple[Network, Mapping[str, Any]]], fixed: Mapping[str, Any]
) -> tuple[Network, Mapping[str, Any]]:
    """The network with its dead entries pinned at 0, and those of ``fixed`` (which do not bring dead ones to life); and the dead.

    ``make`` gives the network, in which masks of weights are kept if it is told to, and its dead entries. Weights that no output
    depends on are refused, unless they are pinned.
    """
    try:
        net, dead = make(None)
    except AllocertError as wrong:
        kept = {key: pin[0] for key, pin in fixed.items() if isinstance(pin, tuple) and len(pin) == 2}
        if "no output depends on" not in str(wrong):
            raise
        if not kept:
            raise type(wrong)(f"{wrong}, or pin them with fixed={{name: (mask, 0)}}") from wrong
        net, dead = make(kept)
        net = net.observe(range(net.labels - 1))
    for pins in ({key: (off, 0) for key, off in dead.items()}, dict(fixed)):
        net = net.pin(pins) if pins else net
    return net, dead


def convolved(x: Any, kernel: Any, bias: Any, along: Sequence[Sequence[int]], groups: int) -> Tensor:
    """One row of a batch (channels first) under a kernel (outputs, inputs, …), in groups of channels."""
    inside, outside = x.shape[0] // groups, kernel.shape[0] // groups
    found = [
        convolve(x[g * inside : (g + 1) * inside], kernel[g * outside : (g + 1) * outside], *along)
        for g in range(groups)
    ]
    out = found[0] if groups == 1 else _concat(found)
    return out if bias is None else _add(out, bias.reshape([-1] + [1] * (out.ndim - 1)))


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


def cut(x: Any, sizes: Sequence[int], axis: int) -> list[Any]:
    """Parts of these lengths along an axis."""
    before = (slice(None),) * (axis % x.ndim)
    ends = np.cumsum(sizes)
    return [x[(*before, slice(int(end - size), int(end)))] for size, end in zip(sizes, ends, strict=True)]


def without_axes(x: Any, axes: Sequence[int]) -> Any:
    """The same entries without these axes, which have the length 1."""
    gone = {axis % x.ndim for axis in axes}
    return x.reshape([length for axis, length in enumerate(x.shape) if axis not in gone])


def same(x: Any, *_: Any, **__: Any) -> Any:
    """What leaves a value as it is."""
    return x
