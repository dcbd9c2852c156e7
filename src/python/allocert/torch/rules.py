"""A rule for each operation of a graph: what it is on symbolic tensors, by torch's name for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import NotSupported
from ..recorded import cut, same, without_axes
from ..scores import chosen_scores, softmax_where_seen
from ..tensors import (
    Tensor,
    _absolute,
    _add,
    _broadcast,
    _concat,
    _divide,
    _einsum,
    _expand_dims,
    _maximum,
    _mean,
    _minimum,
    _multiply,
    _negative,
    _power,
    _squeeze,
    _stack,
    _subtract,
    _sum,
    _swapaxes,
    _transpose,
    relu,
    sigmoid,
    silu,
    softplus,
)
from . import layers
from .basics import (
    _added,
    _divided,
    _exp,
    _linear,
    _log,
    _matmul,
    _multiplied,
    _scaled,
    _sqrt,
    _subtracted,
    _tanh,
)


def hint(operation: str) -> str:
    """What to do about an operation that has no rule."""
    hints = {
        "gelu": "GELU is recorded with approximate='tanh'; SiLU, tanh and softplus are close to it",
        "embedding": "give the embedded vectors as the input, and the layers behind the embedding as the module",
        "max_pool2d": "the larger of many is not recorded: take a pooling by means",
    }
    return hints.get(operation, "replace the layer, or write the forward pass with allocert.network")


def _addmm(bias: Any, a: Any, b: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    return _added(_scaled(_matmul(a, b), alpha), _scaled(bias, beta))


def _quotient(a: Any, b: Any, *, rounding_mode: Any = None) -> Any:
    if rounding_mode is not None:
        raise NotSupported("a division that rounds is not recorded")
    return _divided(a, b)


def _raised(base: Any, exponent: Any) -> Tensor:
    if isinstance(exponent, Tensor):
        raise NotSupported("a tensor in an exponent is not recorded\n  write torch.exp(b * torch.log(a))")
    return _power(base, exponent)


def _slice(x: Tensor, axis: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:
    parts: list[Any] = [slice(None)] * x.ndim
    parts[axis] = slice(start, end, step)
    return x[tuple(parts)]


def _select(x: Tensor, axis: int, place: int) -> Tensor:
    parts: list[Any] = [slice(None)] * x.ndim
    parts[axis] = place
    return x[tuple(parts)]


def _unbind(x: Tensor, axis: int = 0) -> list[Tensor]:
    return [_select(x, axis, place) for place in range(x.shape[axis])]


def _split(x: Tensor, sizes: Any, axis: int = 0) -> list[Any]:
    length = x.shape[axis]
    if isinstance(sizes, int):
        sizes = [min(sizes, length - start) for start in range(0, length, sizes)]
    return cut(x, sizes, axis)


def _chunk(x: Tensor, chunks: int, axis: int = 0) -> list[Tensor]:
    return _split(x, -(-x.shape[axis] // chunks), axis)


def _unflatten(x: Tensor, axis: int, sizes: Sequence[int]) -> Tensor:
    axis %= x.ndim
    return x.reshape((*x.shape[:axis], *sizes, *x.shape[axis + 1 :]))


def _flatten(x: Tensor, start: int = 0, end: int = -1) -> Tensor:
    start, end = start % x.ndim, end % x.ndim
    return x.reshape((*x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :]))


def _squeezed(x: Tensor, axis: Any = None) -> Any:
    if axis is None:
        return _squeeze(x)
    axes = [axis] if isinstance(axis, int) else axis
    return without_axes(x, [one for one in axes if x.shape[one] == 1])


def _expand(x: Any, shape: Sequence[int], **_: Any) -> Tensor:
    old = (1,) * (len(shape) - x.ndim) + x.shape
    return _broadcast(x, [own if wanted == -1 else wanted for own, wanted in zip(old, shape, strict=True)])


def _dropped(x: Any, p: Any = 0, train: bool = False, *_: Any) -> Any:
    if train and p:
        raise NotSupported("dropout draws at random while it trains\n  call module.eval() first")
    return x


def _summed(x: Any, axis: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return _sum(x, axis if axis != [] else None, keepdim)


def _averaged(x: Any, axis: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return _mean(x, axis if axis != [] else None, keepdim)


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Tensor:
    if threshold < 20:
        raise NotSupported("softplus with a threshold below 20 is not recorded: it is x where x is larger")
    return softplus(x) if beta == 1 else _divide(softplus(_multiply(x, beta)), beta)


_tanh_cell, _relu_cell = layers._plain_cell(_tanh), layers._plain_cell(relu)


def _gelu(x: Any, *, approximate: str = "none") -> Tensor:
    if approximate != "tanh":
        raise NotSupported(f"gelu is not recorded\n  {hint('gelu')}")
    inner = _multiply(_add(x, _multiply(_power(x, 3), 0.044715)), math.sqrt(2 / math.pi))
    return _multiply(_multiply(x, 0.5), _add(_tanh(inner), 1))


def _leaky_relu(x: Any, slope: float = 0.01) -> Tensor:
    return _subtract(relu(x), _multiply(relu(_negative(x)), slope))


def _soft(x: Any, axis: int, *_: Any, **__: Any) -> Tensor:
    return softmax_where_seen(x, axis)


def _log_sum(x: Any, axis: Any, keepdim: bool = False) -> Tensor:
    return _log(_sum(_exp(x), axis, keepdim))


def _log_soft(x: Any, axis: int, *_: Any, **__: Any) -> Tensor:
    return _subtract(x, _log_sum(x, axis, True))


def _filled(x: Any, mask: Any, value: Any) -> Any:
    """Entries of a tensor where a constant mask is false, and a number where it is true."""
    return _where(mask, value, x)


def _where(mask: Any, a: Any, b: Any) -> Any:
    """Entry by entry ``a`` where a constant mask is true, else ``b``; minus infinity is what softmax leaves out."""
    return chosen_scores(mask, [b, a])


def _running(x: Tensor, axis: int, **_: Any) -> Tensor:
    """Sums of all entries up to each, along an axis."""
    axis %= x.ndim
    parts = _unbind(x, axis)
    for place in range(1, len(parts)):
        parts[place] = _add(parts[place - 1], parts[place])
    return _stack(parts, axis)


def _product(x: Tensor, axis: int | None = None, keepdim: bool = False, **_: Any) -> Tensor:
    along = x.reshape(-1) if axis is None else x
    parts = _unbind(along, 0 if axis is None else axis)
    product = parts[0]
    for part in parts[1:]:
        product = _multiply(product, part)
    return _expand_dims(product, axis % x.ndim) if keepdim and axis is not None else product


def _spread(
    x: Tensor, axis: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """The variance, with Bessel's correction unless another is named."""
    if isinstance(axis, bool):
        # Of all entries: torch names no axis.
        axis, unbiased = None, axis
    lengths = x.shape if axis is None else [x.shape[one] for one in np.atleast_1d(axis)]
    count = int(np.prod(lengths))
    less = count - (int(unbiased) if correction is None else correction)
    if less <= 0:
        raise NotSupported("the variance of one number is not recorded")
    return _divide(_sum(_power(_subtract(x, _mean(x, axis, True)), 2), axis, keepdim), less)


def _length(x: Tensor, order: Any = 2, axis: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    if order != 2:
        raise NotSupported(f"the norm of order {order} is not recorded\n  that of order 2 is")
    return _sqrt(_sum(_power(x, 2), axis if axis != [] else None, keepdim))


def _weight_norm(v: Tensor, g: Any, axis: int = 0) -> Tensor:
    return _multiply(v, _divide(g, _length(v, 2, [one for one in range(v.ndim) if one != axis % v.ndim], True)))


def _gated(x: Tensor, axis: int = -1) -> Tensor:
    first, second = _chunk(x, 2, axis)
    return _multiply(first, sigmoid(second))


def _prelu(x: Any, slope: Any) -> Tensor:
    if x.ndim > 2:
        slope = slope.reshape([-1] + [1] * (x.ndim - 2))
    return _subtract(relu(x), _multiply(relu(_negative(x)), slope))


def _copied(x: Any, source: Any, *_: Any) -> Any:
    return _broadcast(source, x.shape) if isinstance(source, Tensor) else np.broadcast_to(source, x.shape)


def _constant(shape: Sequence[int], value: Any) -> Any:
    return np.full(shape, value)


def _clamped(x: Any, low: Any = None, high: Any = None) -> Tensor:
    lower = x if low is None else _maximum(x, low)
    return lower if high is None else _minimum(lower, high)


RULES: dict[str, Callable[..., Any]] = {
    "linear": _linear,
    "matmul": _matmul,
    "mm": _matmul,
    "bmm": _matmul,
    "mv": _matmul,
    "dot": _matmul,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "einsum": lambda subscripts, tensors, **_: _einsum(subscripts, *tensors),
    "add": _added,
    "sub": _subtracted,
    "rsub": lambda a, b, alpha=1: _subtracted(b, a, alpha),
    "mul": _multiplied,
    "div": _quotient,
    "neg": _negative,
    "abs": _absolute,
    "square": lambda a: _power(a, 2),
    "pow": _raised,
    "reciprocal": lambda a: _divide(1, a),
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "rsqrt": lambda a: _divide(1, _sqrt(a)),
    "tanh": _tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "leaky_relu": _leaky_relu,
    "silu": silu,
    "gelu": _gelu,
    "softplus": _softplus,
    "softmax": _soft,
    "_softmax": _soft,
    "maximum": _maximum,
    "minimum": _minimum,
    "clamp": _clamped,
    "hardtanh": lambda x, low=-1, high=1: _clamped(x, low, high),
    "relu6": lambda x: _clamped(x, 0, 6),
    "prelu": _prelu,
    "log_softmax": _log_soft,
    "_log_softmax": _log_soft,
    "logsumexp": _log_sum,
    "log_sigmoid": lambda x: _negative(softplus(_negative(x))),
    "mish": lambda x: _multiply(x, _tanh(softplus(x))),
    "glu": _gated,
    "expm1": lambda x: _subtract(_exp(x), 1),
    "log1p": lambda x: _log(_add(x, 1)),
    "cosh": lambda x: _divide(_add(_exp(x), _exp(_negative(x))), 2),
    "sinh": lambda x: _divide(_subtract(_exp(x), _exp(_negative(x))), 2),
    "addcmul": lambda a, b, c, value=1: _added(a, _multiplied(b, c), value),
    "addcdiv": lambda a, b, c, value=1: _added(a, _divided(b, c), value),
    "lerp": lambda a, b, weight: _added(a, _multiplied(weight, _subtracted(b, a))),
    "cumsum": _running,
    "prod": _product,
    "var": _spread,
    "linalg_vector_norm": _length,
    "_weight_norm": _weight_norm,
    "masked_fill": _filled,
    "where": _where,
    "copy": _copied,
    "fill": lambda x, value: _constant(x.shape, value),
    "full_like": lambda x, value, **_: _constant(x.shape, value),
    "clamp_min": lambda x, low: _maximum(x, low),
    "layer_norm": layers._layer_norm,
    "rms_norm": layers._rms_norm,
    "batch_norm": layers._batch_norm,
    "conv1d": layers._convolution,
    "conv2d": layers._convolution,
    "conv_transpose1d": layers._transposed_convolution,
    "conv_transpose2d": layers._transposed_convolution,
    "bilinear": layers._bilinear,
    "group_norm": layers._group_norm,
    "avg_pool1d": layers._averages(1),
    "avg_pool2d": layers._averages(2),
    "adaptive_avg_pool1d": layers._adaptive,
    "adaptive_avg_pool2d": layers._adaptive,
    "rnn_tanh": layers._recurrent(_tanh_cell),
    "rnn_relu": layers._recurrent(_relu_cell),
    "gru": layers._recurrent(layers._gru_cell),
    "lstm": layers._recurrent(layers._lstm_cell, states=2),
    "rnn_tanh_cell": layers._single(_tanh_cell),
    "rnn_relu_cell": layers._single(_relu_cell),
    "gru_cell": layers._single(layers._gru_cell),
    "lstm_cell": layers._single(layers._lstm_cell),
    "scaled_dot_product_attention": layers._attention,
    "view": lambda x, shape: x.reshape(shape),
    "_unsafe_view": lambda x, shape: x.reshape(shape),
    "reshape": lambda x, shape: x.reshape(shape),
    "flatten": _flatten,
    "unflatten": _unflatten,
    "unsqueeze": _expand_dims,
    "squeeze": _squeezed,
    "transpose": _swapaxes,
    "t": lambda x: x.T,
    "numpy_T": lambda x: x.T,
    "mT": lambda x: _swapaxes(x, -2, -1),
    "permute": _transpose,
    "expand": _expand,
    "broadcast_to": _expand,
    "expand_as": lambda x, other: _expand(x, other.shape),
    "select": _select,
    "slice": _slice,
    "narrow": lambda x, axis, start, length: _slice(x, axis, start, start + length),
    "unbind": _unbind,
    "split": _split,
    "split_with_sizes": _split,
    "chunk": _chunk,
    "cat": _concat,
    "concat": _concat,
    "stack": _stack,
    "sum": _summed,
    "mean": _averaged,
    "new_zeros": lambda x, shape, **_: np.zeros(shape, dtype=int),
    "new_ones": lambda x, shape, **_: np.ones(shape, dtype=int),
    "zeros_like": lambda x, **_: np.zeros(x.shape, dtype=int),
    "ones_like": lambda x, **_: np.ones(x.shape, dtype=int),
    "dropout": _dropped,
    "feature_dropout": _dropped,
}
UNCHANGED = frozenset(
    "contiguous clone alias detach to _to_copy lift_fresh_copy type_as identity _assert_tensor_metadata".split()
)
"""What leaves a value as it is."""
RULES.update({name: same for name in UNCHANGED})
