"""Symbolic tensors: what a forward pass is called with. They follow NumPy, so that its functions and operators work on them.

What fits, and what is said when it does not, is the engine's; here are only NumPy's ways to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import _native
from .errors import AllocertError, NotSupported, ShapeError
from .numbers import exact, exact_all

MOST_LISTED = 12


class Tensor(NDArrayOperatorsMixin):
    """A tensor of a forward pass that is being recorded: it has a shape, and no values.

    ``+ - * / @ **``, indexing, ``.T``, ``.sum()``, ``.mean()``, ``.reshape()`` and NumPy's functions of the same meaning work.
    Numbers beside it are taken exactly: a float is the fraction that it is.

    >>> import allocert
    >>> def forward(x, W):
    ...     print(x, (W @ x).shape, W.T.shape, W.sum(axis=1).shape, W.reshape(-1).size)
    ...     return W @ x
    >>> _ = allocert.network(forward, inputs=3, weights={"W": (2, 3)})
    <symbolic tensor of shape (3,)> (2,) (3, 2) (2,) 6
    """

    __slots__ = ("_inner",)
    _inner: _native.Tensor
    __array_priority__ = 1000

    def __init__(self, native: _native.Tensor) -> None:
        self._inner = native

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return tuple(self._inner.shape)

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return len(self._inner.shape)

    @property
    def size(self) -> int:
        """The number of its entries."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def T(self) -> Tensor:  # noqa: N802
        """The axes in reverse order."""
        return Tensor(self._inner.transpose())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a tensor without axes: it is one number, use it as it is")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, index: Any) -> Tensor:
        parts = index if isinstance(index, tuple) else (index,)
        return Tensor(self._inner.index([_part(part) for part in parts]))

    def __bool__(self) -> bool:
        raise NotSupported(
            "a tensor has no value while a forward pass is recorded, so it cannot decide what is computed\n"
            "  compare shapes, or write what holds of all values (np.maximum(x, 0) for relu)"
        )

    def __float__(self) -> float:
        raise NotSupported("a tensor has no value while a forward pass is recorded\n  write np.tanh, … in place of math.tanh")

    @classmethod
    def __torch_function__(cls, function: Any, *_: Any) -> Any:
        name = getattr(function, "__name__", "a function")
        mend = f"write np.{name}, or make a module for from_torch"
        raise NotSupported(f"torch's {name} of a symbolic tensor is not recorded\n  {mend}")

    def __repr__(self) -> str:
        return f"<symbolic tensor of shape {self.shape}>"

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        rule = UFUNCS.get(ufunc)
        if rule is None or method != "__call__" or options:
            if "out" in options:
                raise NotSupported(
                    "what changes an array in place is not recorded\n  write h = h + a in place of h += a"
                )
            more = f".{method}" if method != "__call__" else "".join(f" with {name}=" for name in options)
            raise NotSupported(f"np.{ufunc.__name__}{more} is not recorded\n  {_known(UFUNCS)}")
        return rule(*inputs)

    def __array_function__(self, function: Callable[..., Any], types: Any, arguments: Any, options: Any) -> Any:
        rule = FUNCTIONS.get(function)
        if rule is None:
            raise NotSupported(f"np.{function.__name__} is not recorded\n  {_known(FUNCTIONS)}")
        try:
            return rule(*arguments, **options)
        except TypeError as wrong:
            raise NotSupported(f"np.{function.__name__} with these options is not recorded ({wrong})") from wrong

    def sum(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """Sums along axes, or of all entries."""
        return _sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """Means along axes, or of all entries."""
        return _mean(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Tensor:
        """The same entries in another shape; one length may be −1."""
        return _reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order, or in reverse order."""
        return _transpose(self, (axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes) or None)

    def dot(self, other: Any) -> Tensor:
        """NumPy's ``dot``."""
        return _numpy_dot(self, other)

    def ravel(self) -> Tensor:
        """All entries in one axis."""
        return self.reshape(-1)

    flatten = ravel


def _known(rules: dict[Any, Any]) -> str:
    return "these are: " + ", ".join(sorted({rule.__name__ for rule in rules}))


def _part(part: Any) -> int | str | tuple[int | None, ...]:
    """A part of an index as the engine reads it."""
    if part is None:
        return "new"
    if part is Ellipsis:
        return "rest"
    if isinstance(part, slice):
        return tuple(None if bound is None else int(bound) for bound in (part.start, part.stop, part.step))
    if isinstance(part, (int, np.integer)) and not isinstance(part, bool):
        return int(part)
    kind = type(part).__name__
    raise NotSupported(f"a {kind} is not an index of a symbolic tensor\n  write integers, slices, None or ...")


def _first(value: Any) -> Tensor | None:
    """The first tensor in a value."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.ravel().tolist()
    if isinstance(value, (list, tuple)):
        return next((found for found in map(_first, value) if found is not None), None)
    return None


def as_tensor(beside: Tensor, value: Any) -> Tensor:
    """A value as a tensor: a tensor, a number, an array, or lists of them."""
    if isinstance(value, Tensor):
        return value
    if value is None:
        raise AllocertError("forward returns nothing\n  end it with return and a tensor")
    if _first(value) is not None:
        return _stack([as_tensor(beside, item) for item in value])
    try:
        array = np.asarray(value)
    except Exception as wrong:
        raise ShapeError(f"{type(value).__name__} is no tensor\n  give numbers, arrays or symbolic tensors") from wrong
    if array.dtype.kind not in "biuf" and not all(hasattr(item, "numerator") for item in array.ravel()):
        raise ShapeError(f"an array of {array.dtype} is no tensor of numbers\n  give numbers or symbolic tensors")
    if array.size == 0:
        raise ShapeError("an empty array is no tensor\n  every axis has at least one entry")
    numbers = array.ravel().tolist() if array.dtype != object else list(array.ravel())
    return Tensor(beside._inner.constant(list(array.shape), exact_all(numbers)))


def _beside(*values: Any) -> Tensor:
    found = _first(list(values))
    if found is None:
        raise ShapeError("there is no tensor here\n  call this inside a forward pass, on what it is given")
    return found


def _elementwise(operation: str) -> Callable[[Any, Any], Tensor]:
    def rule(a: Any, b: Any) -> Tensor:
        beside = _beside(a, b)
        left, right = as_tensor(beside, a), as_tensor(beside, b)
        return Tensor(left._inner.elementwise(operation, right._inner))

    return rule


_add, _subtract, _multiply, _divide = map(_elementwise, ("add", "subtract", "multiply", "divide"))


def _function(name: str) -> Callable[[Any], Tensor]:
    def rule(a: Any) -> Tensor:
        return Tensor(as_tensor(_beside(a), a)._inner.apply(name))

    return rule


def _power(a: Any, exponent: Any) -> Tensor:
    if isinstance(exponent, Tensor):
        raise NotSupported("a tensor in an exponent is not recorded\n  write np.exp(b * np.log(a))")
    if np.ndim(exponent):
        return _powers(a, np.asarray(exponent, dtype=float))
    base, number = as_tensor(_beside(a), a), float(exponent)
    if number == 0.5:
        return Tensor(base._inner.apply("sqrt"))
    if number == -0.5:
        return _divide(1, Tensor(base._inner.apply("sqrt")))
    if not number.is_integer():
        raise NotSupported(f"the power {exponent} is not recorded\n  whole powers are, and 0.5 and -0.5")
    if number < 0:
        return _divide(1, Tensor(base._inner.power(-int(number))))
    return Tensor(base._inner.power(int(number)))


def _powers(a: Any, exponents: Any) -> Tensor:
    """Each entry to a power of its own."""
    base = _broadcast(a, np.broadcast_shapes(as_tensor(_beside(a), a).shape, exponents.shape))
    exponents = np.broadcast_to(exponents, base.shape)
    numbers = np.unique(exponents)
    if len(numbers) == 1:
        return _power(base, numbers[0])
    entries = base.reshape(-1)
    powers = [_power(entries[place], exponent) for place, exponent in enumerate(exponents.ravel())]
    return _stack(powers).reshape(base.shape)


def _dot(a: Any, b: Any) -> Tensor:
    beside = _beside(a, b)
    left, right = as_tensor(beside, a), as_tensor(beside, b)
    if left.ndim > 2 or right.ndim > 2:
        return _batched(left, right)
    return Tensor(left._inner.dot(right._inner))


def _numpy_dot(a: Any, b: Any) -> Tensor:
    """``np.dot``, which is no ``matmul`` where the second factor has more than two axes, and multiplies by a number."""
    beside = _beside(a, b)
    left, right = as_tensor(beside, a), as_tensor(beside, b)
    if left.ndim == 0 or right.ndim == 0:
        return _multiply(left, right)
    if left.ndim < 2 or right.ndim < 3:
        return _dot(left, right)
    letters = "abcdefghijklmnopqrstuvwxyz"
    of_left, rest = letters[: left.ndim], letters[left.ndim : left.ndim + right.ndim - 2]
    of_right, last = f"{rest}{of_left[-1]}", letters[-1]
    return _einsum(f"{of_left},{of_right}{last}->{of_left[:-1]}{rest}{last}", left, right)


def _batched(left: Tensor, right: Tensor) -> Tensor:
    """``matmul`` with leading axes, which are broadcast."""
    if left.ndim == 1 or right.ndim == 1:
        added = left[None, :] if left.ndim == 1 else right[:, None]
        product = _batched(added, right) if left.ndim == 1 else _batched(left, added)
        return product[..., 0, :] if left.ndim == 1 else product[..., 0]
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left, right = _broadcast(left, batch + left.shape[-2:]), _broadcast(right, batch + right.shape[-2:])
    size = int(np.prod(batch, dtype=int))
    pairs = zip(left.reshape((size, *left.shape[-2:])), right.reshape((size, *right.shape[-2:])), strict=True)
    product = _stack([Tensor(a._inner.dot(b._inner)) for a, b in pairs])
    return product.reshape((*batch, *product.shape[-2:]))


def _broadcast(a: Any, shape: Sequence[int]) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    return tensor if tensor.shape == tuple(shape) else _add(tensor, np.zeros(shape, dtype=int))


def _maximum(a: Any, b: Any) -> Tensor:
    """``relu(a - b) + b``, which is the larger of both."""
    a, b = (b, a) if _is_zero(a) else (a, b)
    if _is_zero(b):
        return Tensor(as_tensor(_beside(a), a)._inner.apply("relu"))
    return _add(Tensor(_subtract(a, b)._inner.apply("relu")), b)


def _minimum(a: Any, b: Any) -> Tensor:
    return _negative(_maximum(*(-np.asarray(one) if _first(one) is None else _negative(one) for one in (a, b))))


def _absolute(a: Any) -> Tensor:
    return _add(Tensor(as_tensor(_beside(a), a)._inner.apply("relu")), Tensor(_negative(a)._inner.apply("relu")))


def _is_zero(value: Any) -> bool:
    return _first(value) is None and np.ndim(value) == 0 and value == 0


_negative = _function("negative")

UFUNCS: dict[Any, Callable[..., Tensor]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.divide: _divide,
    np.matmul: _dot,
    np.power: _power,
    np.float_power: _power,
    np.negative: _negative,
    np.positive: lambda a: a,
    np.square: lambda a: _power(a, 2),
    np.reciprocal: lambda a: _divide(1, a),
    np.exp: _function("exp"),
    np.log: _function("log"),
    np.sqrt: _function("sqrt"),
    np.tanh: _function("tanh"),
    np.maximum: _maximum,
    np.fmax: _maximum,
    np.minimum: _minimum,
    np.absolute: _absolute,
}


def _axes(axis: int | Sequence[int] | None) -> list[int] | None:
    if axis is None:
        return None
    return [int(axis)] if isinstance(axis, (int, np.integer)) else [int(one) for one in axis]


def _sum(a: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    tensor, axes = as_tensor(_beside(a), a), _axes(axis)
    summed = Tensor(tensor._inner.sum(axes))
    if not keepdims:
        return summed
    gone = range(tensor.ndim) if axes is None else [one % tensor.ndim for one in axes]
    return summed.reshape([1 if place in gone else length for place, length in enumerate(tensor.shape)])


def _mean(a: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    tensor, axes = as_tensor(_beside(a), a), _axes(axis)
    lengths = tensor.shape if axes is None else [tensor.shape[one] for one in axes]
    count = int(np.prod(lengths, dtype=int))
    return _divide(_sum(tensor, axis, keepdims), count)


def _var(a: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    return _mean(_power(_subtract(tensor, _mean(tensor, axis, True)), 2), axis, keepdims)


def _reshape(a: Any, shape: Any) -> Tensor:
    lengths = [int(shape)] if isinstance(shape, (int, np.integer)) else [int(length) for length in shape]
    tensor = as_tensor(_beside(a), a)
    return tensor[(0,) * tensor.ndim] if not lengths and tensor.size == 1 else Tensor(tensor._inner.reshape(lengths))


def _transpose(a: Any, axes: Sequence[int] | None = None) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    if axes is None:
        return tensor.T
    order = [int(axis) % tensor.ndim for axis in axes]
    if sorted(order) != list(range(tensor.ndim)):
        raise ShapeError(f"{tuple(axes)} is no order of the axes of shape {tensor.shape}\n  name each axis once")
    if order == list(range(tensor.ndim)):
        return tensor
    letters = "abcdefghijklmnopqrstuvwxyz"[: tensor.ndim]
    return _einsum(f"{letters}->{''.join(letters[axis] for axis in order)}", tensor)


def _swapaxes(a: Any, first: int, second: int) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    order = list(range(tensor.ndim))
    order[first], order[second] = order[second], order[first]
    return _transpose(tensor, order)


def _moveaxis(a: Any, source: int, destination: int) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    order = [axis for axis in range(tensor.ndim) if axis != source % tensor.ndim]
    order.insert(destination % tensor.ndim, source % tensor.ndim)
    return _transpose(tensor, order)


def _concat(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    beside = _beside(*tensors)
    return Tensor(_native.concat([as_tensor(beside, tensor)._inner for tensor in tensors], axis))


def _stack(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    beside = _beside(*tensors)
    return Tensor(_native.stack([as_tensor(beside, tensor)._inner for tensor in tensors], axis))


def _einsum(subscripts: str, *tensors: Any) -> Tensor:
    beside = _beside(*tensors)
    return Tensor(_native.einsum(subscripts, [as_tensor(beside, tensor)._inner for tensor in tensors]))


def _outer(a: Any, b: Any) -> Tensor:
    beside = _beside(a, b)
    return _einsum("i,j->ij", as_tensor(beside, a).reshape(-1), as_tensor(beside, b).reshape(-1))


def _expand_dims(a: Any, axis: int) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    before = axis % (tensor.ndim + 1)
    return tensor[(slice(None),) * before + (None,)]


def _squeeze(a: Any, axis: int | None = None) -> Tensor:
    tensor = as_tensor(_beside(a), a)
    gone = [p for p, n in enumerate(tensor.shape) if n == 1] if axis is None else [axis % tensor.ndim]
    return tensor.reshape([length for place, length in enumerate(tensor.shape) if place not in gone])


FUNCTIONS: dict[Any, Callable[..., Tensor]] = {
    np.sum: _sum,
    np.mean: _mean,
    np.var: _var,
    np.dot: _numpy_dot,
    np.einsum: _einsum,
    np.outer: _outer,
    np.reshape: _reshape,
    np.ravel: lambda a: as_tensor(_beside(a), a).reshape(-1),
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.moveaxis: _moveaxis,
    np.concatenate: _concat,
    np.stack: _stack,
    np.hstack: lambda tensors: _concat(tensors, 0 if as_tensor(_beside(*tensors), tensors[0]).ndim == 1 else 1),
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.broadcast_to: _broadcast,
}


def sigmoid(a: Any) -> Tensor:
    """1 / (1 + e^−a), entry by entry; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * sigmoid(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return _function("sigmoid")(a)


def silu(a: Any) -> Tensor:
    """a · sigmoid(a), entry by entry; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * silu(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return _function("silu")(a)


def softplus(a: Any) -> Tensor:
    """log(1 + e^a), entry by entry; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * softplus(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return _function("softplus")(a)


def relu(a: Any) -> Tensor:
    """max(a, 0), entry by entry, as ``np.maximum(a, 0)``; the shape stays.

    >>> import allocert
    >>> from allocert import tensors
    >>> allocert.network(lambda x, v: v * tensors.relu(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return _function("relu")(a)


def softmax(a: Any, axis: int = -1) -> Tensor:
    """e^a over the sum of all e^a along an axis; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * softmax(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return Tensor(as_tensor(_beside(a), a)._inner.softmax(axis))


def rms_norm(a: Any, axis: int = -1, eps: Any = 0) -> Tensor:
    """a / sqrt(mean of a² + eps) along an axis; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * rms_norm(x), inputs=3, weights={"v": 3}).labels
    3
    """
    return Tensor(as_tensor(_beside(a), a)._inner.rms_norm(axis, exact(eps)))


def layer_norm(a: Any, axis: int = -1, eps: Any = 0) -> Tensor:
    """(a − mean) / sqrt(variance + eps) along an axis; the shape stays.

    >>> import allocert
    >>> allocert.network(lambda x, v: v * layer_norm(x, eps=0.1), inputs=3, weights={"v": 3}).labels
    3
    """
    return Tensor(as_tensor(_beside(a), a)._inner.layer_norm(axis, exact(eps)))


def convolve(a: Any, kernel: Any, stride: Sequence[int], padding: Sequence[int]) -> Tensor:
    """A convolution along the last one or two axes, the kernel not turned round: shapes as in torch, without a batch.

    >>> import allocert
    >>> sizes = {"k": (2, 1, 3)}  # out, in, width
    >>> allocert.network(lambda x, k: convolve(x, k, [2], [0]), inputs=(1, 9), weights=sizes).labels
    8
    """
    beside = _beside(a, kernel)
    left, right = as_tensor(beside, a), as_tensor(beside, kernel)
    return Tensor(left._inner.convolve(right._inner, list(stride), list(padding)))
