"""What reading the graphs of other libraries has in common: inputs, outputs, pins and convolutions on symbolic tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .networks import Network
from .tensors import Tensor, _add, _concat, as_tensor, convolve


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


def pinned(net: Network, pins: Mapping[str, Any], notes: Sequence[str]) -> Network:
    """The network with these entries pinned, and what is to be said of them."""
    made = net.pin(pins) if pins else net
    made.notes = tuple(notes)
    return made


def convolved(x: Any, kernel: Any, bias: Any, along: Sequence[Sequence[int]], groups: int) -> Tensor:
    """One row of a batch (channels first) under a kernel (outputs, inputs, …), in groups of channels."""
    inside, outside = x.shape[0] // groups, kernel.shape[0] // groups
    found = [
        convolve(x[g * inside : (g + 1) * inside], kernel[g * outside : (g + 1) * outside], *along)
        for g in range(groups)
    ]
    out = found[0] if groups == 1 else _concat(found)
    return out if bias is None else _add(out, bias.reshape([-1] + [1] * (out.ndim - 1)))
