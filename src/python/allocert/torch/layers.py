"""Whole layers: normalisations, convolutions and pooling, recurrent layers, attention."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import NotSupported
from ..recorded import convolved, taken
from ..scores import hidden, plus, softmax_where_seen
from ..tensors import (
    Tensor,
    _add,
    _batched,
    _beside,
    _concat,
    _divide,
    _einsum,
    _multiply,
    _stack,
    _subtract,
    _sum,
    _swapaxes,
    as_tensor,
    layer_norm,
    rms_norm,
    sigmoid,
    softmax,
)
from .basics import _added, _linear, _subtracted, _tanh


def _normal_shape(x: Tensor, shape: Sequence[int]) -> None:
    if len(shape) != 1:
        raise NotSupported(f"a normalisation over {len(shape)} axes is not recorded\n  over the last axis it is")


def _group_norm(x: Tensor, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any) -> Tensor:
    normal = layer_norm(x.reshape((x.shape[0], groups, -1)), -1, eps).reshape(x.shape)
    shape = [1, -1] + [1] * (x.ndim - 2)
    scaled = normal if weight is None else _multiply(normal, _column(weight, shape))
    return scaled if bias is None else _add(scaled, _column(bias, shape))


def _averages(axes: int) -> Callable[..., Tensor]:
    """Pooling by means along the last axes."""

    def rule(
        x: Tensor,
        size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil: bool = False,
        pad: bool = True,
        divisor: Any = None,
    ) -> Tensor:
        if ceil or divisor is not None or np.any(np.asarray(padding) != 0):
            raise NotSupported("pooling with padding, or of parts of a window, is not recorded")
        sizes = _each(size, axes)
        return _pooled(x, sizes, _each(stride, axes) if stride else sizes)

    return rule


def _pooled(x: Tensor, sizes: list[int], strides: list[int]) -> Tensor:
    for k, (size, stride) in enumerate(zip(sizes, strides, strict=True)):
        axis = x.ndim - len(sizes) + k
        count = (x.shape[axis] - size) // stride + 1
        windows = [_along(x, axis, slice(start, start + (count - 1) * stride + 1, stride)) for start in range(size)]
        x = _divide(_sum(_stack(windows), 0), size)
    return x


def _along(x: Tensor, axis: int, part: Any) -> Tensor:
    return x[(slice(None),) * axis + (part,)]


def _adaptive(x: Tensor, size: Any) -> Tensor:
    """Pooling by means to a size that divides the length."""
    sizes = list(size) if isinstance(size, (list, tuple)) else [size]
    lengths = x.shape[-len(sizes) :]
    if any(length % size for length, size in zip(lengths, sizes, strict=True)):
        raise NotSupported("pooling to a size that does not divide the length is not recorded")
    windows = [length // size for length, size in zip(lengths, sizes, strict=True)]
    return _pooled(x, windows, windows)


def _layer_norm(
    x: Tensor, shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any
) -> Any:
    _normal_shape(x, shape)
    normal = layer_norm(x, -1, eps)
    scaled = normal if weight is None else _multiply(normal, weight)
    return scaled if bias is None else _add(scaled, bias)


def _rms_norm(x: Tensor, shape: Sequence[int], weight: Any = None, eps: float | None = None) -> Any:
    _normal_shape(x, shape)
    normal = rms_norm(x, -1, float(np.finfo(np.float32).eps) if eps is None else eps)
    return normal if weight is None else _multiply(normal, weight)


def _batch_norm(
    x: Tensor, weight: Any, bias: Any, mean: Any, variance: Any, training: bool, _: Any, eps: float, *__: Any
) -> Any:
    if training or mean is None:
        raise NotSupported("batch norm mixes the rows of a batch while it trains\n  call module.eval() first")
    shape = [1, -1] + [1] * (x.ndim - 2)
    spread = np.sqrt(np.asarray(variance, dtype=float) + eps)
    normal = _divide(_subtract(x, np.reshape(mean, shape)), spread.reshape(shape))
    scaled = normal if weight is None else _multiply(normal, _column(weight, shape))
    return scaled if bias is None else _add(scaled, _column(bias, shape))


def _column(value: Any, shape: Sequence[int]) -> Any:
    return value.reshape(shape)


def _convolution(
    x: Any, kernel: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:
    axes = kernel.ndim - 2
    kernel = _dilated(kernel, _each(dilation, axes))
    if padding == "same":
        x, padding = _padded(x, [((n - 1) // 2, n // 2) for n in kernel.shape[2:]]), 0
    if padding == "valid":
        padding = 0
    along = [_each(stride, axes), _each(padding, axes)]
    if x.ndim == kernel.ndim - 1:
        return convolved(x, kernel, bias, along, groups)
    return _stack([convolved(one, kernel, bias, along, groups) for one in x])


def _padded(x: Tensor, around: list[tuple[int, int]]) -> Tensor:
    """Zeros before and after the entries along the last axes."""
    numbers = np.arange(1, x.size + 1).reshape(x.shape)
    widths = [(0, 0)] * (x.ndim - len(around)) + around
    return taken(x.reshape(-1), np.pad(numbers, widths))


def _transposed_convolution(
    x: Any,
    kernel: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    extra: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The convolution of a tensor with zeros between its entries, by the kernel turned round."""
    axes = kernel.ndim - 2
    if groups != 1:
        raise NotSupported("a transposed convolution in groups is not recorded")
    strides, steps, cut, more = (_each(value, axes) for value in (stride, dilation, padding, extra))
    x, kernel = as_tensor(_beside(x, kernel), x), _dilated(as_tensor(_beside(x, kernel), kernel), steps)
    turned = np.flip(np.arange(1, kernel.size + 1).reshape(kernel.shape), tuple(range(2, kernel.ndim)))
    kernel = taken(kernel.reshape(-1), np.swapaxes(turned, 0, 1))
    leading = x.ndim - axes
    wide = np.zeros(
        (*x.shape[:leading], *((n - 1) * s + 1 for n, s in zip(x.shape[leading:], strides, strict=True))), int
    )
    spread_out: Any = (..., *(slice(None, None, s) for s in strides))
    wide[spread_out] = np.arange(1, x.size + 1).reshape(x.shape)
    sides = [(n - 1 - c, n - 1 - c + m) for n, c, m in zip(kernel.shape[2:], cut, more, strict=True)]
    if any(side < 0 for pair in sides for side in pair):
        raise NotSupported("a transposed convolution with more padding than its kernel is long is not recorded")
    spread = np.pad(wide, [(0, 0)] * leading + sides)
    return _convolution(taken(x.reshape(-1), spread), kernel, bias)


def _bilinear(a: Any, b: Any, weight: Any, bias: Any = None) -> Tensor:
    """The entries aᵀ W_o b, and a bias."""
    product = _einsum("ni,oij,nj->no", a.reshape((-1, a.shape[-1])), weight, b.reshape((-1, b.shape[-1])))
    product = product.reshape((*a.shape[:-1], product.shape[-1]))
    return product if bias is None else _add(product, bias)


def _dilated(kernel: Any, dilation: list[int]) -> Any:
    """A kernel with zeros between its entries."""
    if all(step == 1 for step in dilation):
        return kernel
    tensor = as_tensor(kernel if isinstance(kernel, Tensor) else _beside(kernel), kernel)
    wide = [(length - 1) * step + 1 for length, step in zip(tensor.shape[2:], dilation, strict=True)]
    numbers = np.zeros((*tensor.shape[:2], *wide), dtype=int)
    numbers[(slice(None), slice(None), *(slice(None, None, step) for step in dilation))] = np.arange(
        1, tensor.size + 1
    ).reshape(tensor.shape)
    return taken(tensor.reshape(-1), numbers)


def _each(value: Any, axes: int) -> list[int]:
    values = [int(one) for one in value] if isinstance(value, (list, tuple)) else [int(value)]
    return values * axes if len(values) == 1 else values


Cell = Callable[[Tensor, "list[Any]", Sequence[Any], bool], "list[Any]"]
"""What becomes of a row of inputs and the states, with a layer's weights, and whether it has biases; the output comes first."""


def _recurrent(cell: Cell, states: int = 1) -> Callable[..., tuple[Tensor, ...]]:
    """A layer whose cell has so many states; torch gives several as a list."""

    def rule(
        x: Tensor,
        first: Any,
        weights: Sequence[Any],
        biases: bool,
        layers: int,
        dropout: float,
        train: bool,
        both: bool,
        batch_first: bool,
    ) -> tuple[Tensor, ...]:
        begin = [first] if states == 1 else first
        each, directions = 4 if biases else 2, 2 if both else 1
        if len(weights) != layers * directions * each:
            raise NotSupported("a recurrent layer with a projection of its states is not recorded")
        rows = list(_swapaxes(x, 0, 1) if batch_first and x.ndim == 3 else x)
        last: list[list[Any]] = [[] for _ in range(states)]
        for layer in range(layers):
            ways = []
            for way in range(layer * directions, (layer + 1) * directions):
                own, state = weights[way * each : (way + 1) * each], [kept[way] for kept in begin]
                # The second direction goes from the last row to the first.
                turn = -1 if way % directions else 1
                seen = []
                for row in rows[::turn]:
                    state = cell(row, state, own, biases)
                    seen.append(state[0])
                ways.append(seen[::turn])
                for kept, one in zip(last, state, strict=True):
                    kept.append(one)
            rows = ways[0] if not both else [_concat(pair, -1) for pair in zip(*ways, strict=True)]
        out = _stack(rows)
        return (_swapaxes(out, 0, 1) if batch_first and x.ndim == 3 else out), *(_stack(kept) for kept in last)

    return rule


def _plain_cell(activation: Callable[[Any], Tensor]) -> Cell:
    def cell(row: Tensor, state: list[Any], own: Sequence[Any], biases: bool) -> list[Any]:
        return [activation(_added(_linear(row, own[0], own[2] if biases else None), _hidden(state[0], own, biases)))]

    return cell


def _single(cell: Cell) -> Callable[..., Any]:
    """A cell by itself, as ``nn.GRUCell`` is."""

    def rule(row: Any, state: Any, inward: Any, onward: Any, below: Any = None, beside: Any = None) -> Any:
        biases = below is not None
        states = cell(
            row, list(state) if isinstance(state, (list, tuple)) else [state], [inward, onward, below, beside], biases
        )
        return states[0] if len(states) == 1 else states

    return rule


def _gates(row: Tensor, state: Any, own: Sequence[Any], biases: bool, count: int) -> list[tuple[Any, Any]]:
    """For each gate, what comes from the input and what from the state."""
    from_input = _linear(row, own[0], own[2] if biases else None)
    from_state = _hidden(state, own, biases)
    width = from_input.shape[-1] // count

    def part(of: Any, gate: int) -> Any:
        return of[..., gate * width : (gate + 1) * width] if getattr(of, "ndim", 0) else of

    return [(part(from_input, gate), part(from_state, gate)) for gate in range(count)]


def _gru_cell(row: Tensor, state: list[Any], own: Sequence[Any], biases: bool) -> list[Any]:
    reset, update, new = _gates(row, state[0], own, biases, 3)
    kept = sigmoid(_added(*update))
    fresh = _tanh(_added(new[0], _multiply(sigmoid(_added(*reset)), new[1])))
    return [_added(_multiply(_subtracted(1, kept), fresh), _multiply(kept, state[0]))]


def _lstm_cell(row: Tensor, state: list[Any], own: Sequence[Any], biases: bool) -> list[Any]:
    enter, forget, new, leave = (_added(*gate) for gate in _gates(row, state[0], own, biases, 4))
    memory = _added(_multiply(sigmoid(forget), state[1]), _multiply(sigmoid(enter), _tanh(new)))
    return [_multiply(sigmoid(leave), _tanh(memory)), memory]


def _hidden(state: Any, own: Sequence[Any], biases: bool) -> Any:
    if not isinstance(state, Tensor) and not np.any(state):
        # A state of zeros: what is multiplied by it is 0.
        return own[3] if biases else 0
    return _linear(state, own[1], own[3] if biases else None)


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Any = None,
    dropout: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    if dropout or enable_gqa:
        raise NotSupported("attention with dropout or grouped queries is not recorded")
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = _multiply(_batched(query, _swapaxes(key, -2, -1)), factor)
    rows, columns = scores.shape[-2:]
    if is_causal:
        mask = np.tril(np.ones((rows, columns), dtype=bool))
    if mask is None:
        return _batched(softmax(scores), value)
    truth = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
    return _batched(softmax_where_seen(hidden(scores, mask) if truth else plus(scores, mask), -1), value)
