"""JAX functions as networks: the jaxpr of a function, recorded equation by equation on symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import _native
from .errors import AllocertError, NotSupported, ShapeError
from .networks import Network, _call_name
from .recorded import convolved, input_shape, output, parts, pinned
from .tensors import (
    Tensor,
    _absolute,
    _add,
    _beside,
    _broadcast,
    _concat,
    _divide,
    _einsum,
    _maximum,
    _minimum,
    _multiply,
    _negative,
    _power,
    _stack,
    _subtract,
    _sum,
    _transpose,
    as_tensor,
    sigmoid,
    softmax,
    softplus,
)


def from_jax(
    forward: Callable[..., Any],
    params: Any,
    example_input: Any,
    *,
    name: str | None = None,
    fixed: Mapping[str, Any] | None = None,
    batched: bool = True,
) -> Network:
    """A JAX function ``forward(params, x)`` as a network, such as ``model.apply`` of Flax.

    ``params`` is any pytree of arrays; its leaves are the network's tensors, called by their paths (``params.Dense_0.kernel``),
    each in the shape that it has there. A kernel of Flax is (inputs, outputs): ``kernel[i, j]`` leads from input ``i`` to unit
    ``j``, the other way round than torch's ``weight``. :func:`named_leaves` makes an allocation of a pytree of masks.

    ``example_input`` is an array (or a tuple of them) that the function can be called with; the first axis is the batch, of which
    one row is taken (with ``batched=False`` there is no such axis). ``fixed={name: (mask, value)}`` pins weights. What cannot be
    recorded is refused by its name in the jaxpr (:class:`NotSupported`).

    >>> import jax.numpy as jnp
    >>> params = {"hidden": np.ones((3, 4)), "out": np.ones((4, 2))}
    >>> from_jax(lambda p, x: jnp.tanh(x @ p["hidden"]) @ p["out"], params, np.ones((1, 3)), name="mine")
    <mine: 20 weights in hidden (3, 4), out (4, 2)>
    """
    examples = tuple(map(np.asarray, example_input if isinstance(example_input, tuple) else (example_input,)))
    if batched and any(example.ndim < 2 for example in examples):
        raise ShapeError(
            "the example has one axis, and the first axis is the batch\n  give example[None], or batched=False"
        )
    if batched:
        examples = tuple(example[:1] for example in examples)
    called = _call_name(name or str(getattr(forward, "__name__", type(forward).__name__)))
    net = _recorded(forward, params, examples, called, batched)
    pins = dict(fixed or {})
    return pinned(net, pins, [f"{key}: pinned as asked" for key in pins])


def named_leaves(tree: Any) -> dict[str, Any]:
    """The leaves of a pytree by the names that :func:`from_jax` gives them; of one of masks, an allocation.

    A leaf is an array, or ``True`` or ``False`` for a whole tensor. The leaves of lists are called ``leaf.0``, ….

    >>> named_leaves({"hidden": {"kernel": True, "bias": False}})
    {'hidden.bias': False, 'hidden.kernel': True}
    """
    leaves, _ = _jax().tree_util.tree_flatten_with_path(tree)
    named = {_name(path): leaf for path, leaf in leaves}
    if len(named) != len(leaves):
        raise AllocertError("two leaves of the pytree have one name\n  take keys without dots")
    return {name: leaf if isinstance(leaf, bool) else np.asarray(leaf) for name, leaf in named.items()}


def _name(path: Sequence[Any]) -> str:
    name = ".".join(_key(part) for part in path)
    return name if any(c.isalpha() for c in name) else f"leaf.{name}".rstrip(".")


def _key(part: Any) -> str:
    for attribute in ("key", "idx", "name"):
        if hasattr(part, attribute):
            return str(getattr(part, attribute))
    return str(part)


def _jax() -> Any:
    try:
        import jax
    except ImportError as missing:
        raise ImportError("from_jax needs JAX\n  pip install jax") from missing
    return jax


def _recorded(
    forward: Callable[..., Any], params: Any, examples: tuple[Any, ...], name: str, batched: bool
) -> Network:
    """The network of a function before anything is pinned."""
    shapes = [example.shape[1:] if batched else example.shape for example in examples]
    weights = [(key, list(leaf.shape)) for key, leaf in named_leaves(params).items()]
    if not weights:
        raise AllocertError("the pytree of parameters has no leaf\n  a network has at least one weight")
    try:
        closed = _jax().make_jaxpr(forward)(params, *examples)
    except Exception as wrong:
        first = str(wrong).strip().splitlines()[0] if str(wrong).strip() else type(wrong).__name__
        raise NotSupported(f"jax cannot trace {name}: {first}\n  give forward(params, x), and an example it accepts") from wrong

    def record(x: _native.Tensor, tensors: list[_native.Tensor]) -> _native.Tensor:
        given: list[Any] = [Tensor(tensor) for tensor in tensors]
        inputs = [*given, *parts(Tensor(x), shapes, batched)]
        results = _run(closed.jaxpr, closed.consts, inputs)
        if any(isinstance(one, Softmax) for one in results):
            raise NotSupported(f"reduce_max is not recorded\n  {HINTS['reduce_max']}")
        return output(results, Tensor(x))._inner

    native = _native.Network.record(name, input_shape(shapes), weights, record)
    return Network._of(native, (_recorded, (forward, params, examples, name, batched)))


def _run(jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """The outputs of a jaxpr on symbolic tensors; what does not depend on them JAX computes itself."""
    values: dict[Any, Any] = dict(zip(jaxpr.constvars, map(_plain, constants), strict=True))
    values.update(zip(jaxpr.invars, inputs, strict=True))

    def value(atom: Any) -> Any:
        return _plain(atom.val) if hasattr(atom, "val") else values[atom]

    for equation in jaxpr.eqns:
        found = _equation(equation, [value(atom) for atom in equation.invars])
        values.update(zip(equation.outvars, found, strict=True))
    return [value(atom) for atom in jaxpr.outvars]


def _plain(value: Any) -> Any:
    """JAX's arrays as NumPy's: their entries are the fractions that their floats are."""
    return value if isinstance(value, Tensor) else np.asarray(value)


def _equation(equation: Any, arguments: list[Any]) -> list[Any]:
    name, options = equation.primitive.name, equation.params
    inner = next((options[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in options), None)
    if name == "scan":
        return _scanned(arguments, **options)
    if inner is not None:
        return _called(inner, arguments)
    if any(isinstance(one, Softmax) for one in arguments):
        return [_softmax_step(name, arguments, options)]
    if not any(isinstance(one, Tensor) for one in arguments):
        found = equation.primitive.bind(*arguments, **options)
        return [_plain(one) for one in (found if equation.primitive.multiple_results else [found])]
    rule = RULES.get(name)
    if rule is None:
        raise NotSupported(f"{name} is not recorded\n  {HINTS.get(name, 'write the forward pass with allocert.network')}")
    try:
        found = rule(*arguments, **options)
    except AllocertError as wrong:
        raise type(wrong)(f"{name}: {wrong}") from wrong
    return list(found) if equation.primitive.multiple_results else [found]


def _called(inner: Any, arguments: list[Any]) -> list[Any]:
    """A function called by another: run, but log(e^a + e^b), whose jaxpr compares values, and which is softplus(a − b) + b."""
    jaxpr, constants = (inner.jaxpr, inner.consts) if hasattr(inner, "consts") else (inner, ())
    if sorted(step.primitive.name for step in jaxpr.eqns) == LOG_ADD_EXP and len(arguments) == 2:
        a, b = arguments
        if isinstance(a, Tensor) or isinstance(b, Tensor):
            return [_add(softplus(_subtract(a, b)), b)]
    return _run(jaxpr, constants, arguments)


LOG_ADD_EXP = sorted("max sub ne add abs neg exp log1p add select_n".split())


def _scanned(
    arguments: list[Any], *, jaxpr: Any, num_consts: int, num_carry: int, length: int, reverse: bool, **_: Any
) -> list[Any]:
    """A loop over the first axis, step by step."""
    fixed, carried = arguments[:num_consts], arguments[num_consts : num_consts + num_carry]
    along = arguments[num_consts + num_carry :]
    steps: list[list[Any]] = []
    for step in reversed(range(length)) if reverse else range(length):
        found = _run(jaxpr.jaxpr, jaxpr.consts, [*fixed, *carried, *(one[step] for one in along)])
        carried = found[:num_carry]
        steps.append(found[num_carry:])
    rows = zip(*(reversed(steps) if reverse else steps), strict=True)
    return [*carried, *(_stacked(list(row)) for row in rows)]


def _stacked(rows: list[Any]) -> Any:
    return _stack(rows) if any(isinstance(row, Tensor) for row in rows) else np.stack(rows)


@dataclass(frozen=True)
class Softmax:
    """A softmax of ``of`` along ``axes`` on its way: JAX takes the largest entry away first, which changes nothing in the end.

    ``step`` is what there is by now: the ``largest`` entries, ``of`` without them (``less``), ``e`` to that power, its ``sum``.
    Nothing but what comes next in a softmax is done with it.
    """

    of: Tensor
    axes: tuple[int, ...]
    step: str


def _softmax_step(name: str, arguments: list[Any], options: Mapping[str, Any]) -> Any:
    begun = [one for one in arguments if isinstance(one, Softmax)]
    one, others = begun[0], [other for other in arguments if not isinstance(other, Softmax)]
    same = all(other.of is one.of and other.axes == one.axes for other in begun)
    match (name, *(one.step for one in begun)):
        case ("max", "largest") if not isinstance(others[0], Tensor) and np.all(np.isneginf(others[0])):
            return one
        case ("broadcast_in_dim" | "reshape", "largest" | "sum") if _keeps_its_place(one, options):
            return one
        case ("stop_gradient", "largest"):
            return one
        case ("sub", "largest") if arguments[0] is one.of:
            return replace(one, step="less")
        case ("exp", "less"):
            return replace(one, step="e")
        case ("reduce_sum", "e") if tuple(options["axes"]) == one.axes:
            return replace(one, step="sum")
        case ("div", "e", "sum") if same:
            return softmax(one.of, one.axes[0])
    raise NotSupported(f"{name} of a part of a softmax is not recorded\n  {HINTS['reduce_max']}")


def _keeps_its_place(one: Softmax, options: Mapping[str, Any]) -> bool:
    """Whether a reduction stays along its own axis, which has the length 1 or all of it."""
    shape = tuple(options.get("shape") or options["new_sizes"])
    kept = [axis for axis in range(one.of.ndim) if axis not in one.axes]
    along = list(options.get("broadcast_dimensions", kept))
    fits = len(shape) == one.of.ndim and all(shape[axis] == one.of.shape[axis] for axis in kept)
    return fits and along in (kept, list(range(one.of.ndim)))


def _largest(x: Tensor, *, axes: Sequence[int], **_: Any) -> Softmax:
    if len(axes) != 1:
        raise NotSupported(f"the largest entry along {len(axes)} axes is not recorded\n  {HINTS['reduce_max']}")
    return Softmax(x, tuple(axes), "largest")


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _dot_general(a: Any, b: Any, *, dimension_numbers: Any, **_: Any) -> Tensor:
    (left, right), (left_batch, right_batch) = dimension_numbers
    letters = iter(LETTERS)
    of_a, of_b = [next(letters) for _ in range(a.ndim)], [""] * b.ndim
    for i, j in [*zip(left, right, strict=True), *zip(left_batch, right_batch, strict=True)]:
        of_b[j] = of_a[i]
    of_b = [letter or next(letters) for letter in of_b]
    free = [of_a[i] for i in range(a.ndim) if i not in (*left, *left_batch)]
    free += [of_b[j] for j in range(b.ndim) if j not in (*right, *right_batch)]
    out = [of_a[i] for i in left_batch] + free
    return _einsum(f"{''.join(of_a)},{''.join(of_b)}->{''.join(out)}", a, b)


def _broadcast_in_dim(x: Any, *_: Any, shape: Sequence[int], broadcast_dimensions: Sequence[int], **__: Any) -> Tensor:
    lengths = [1] * len(shape)
    for axis, place in enumerate(broadcast_dimensions):
        lengths[place] = x.shape[axis]
    return _broadcast(x.reshape(lengths), shape)


def _sliced(x: Tensor, *, start_indices: Any, limit_indices: Any, strides: Any = None, **_: Any) -> Tensor:
    steps = strides or [1] * x.ndim
    return x[tuple(slice(a, b, c) for a, b, c in zip(start_indices, limit_indices, steps, strict=True))]


def _dynamic_slice(x: Tensor, *starts: Any, slice_sizes: Sequence[int], **_: Any) -> Tensor:
    if any(isinstance(start, Tensor) for start in starts):
        raise NotSupported("a place that depends on weights or inputs is not recorded")
    begin = [min(max(int(s), 0), n - size) for s, n, size in zip(starts, x.shape, slice_sizes, strict=True)]
    return x[tuple(slice(a, a + size) for a, size in zip(begin, slice_sizes, strict=True))]


def _split(x: Any, *, sizes: Sequence[int], axis: int) -> list[Tensor]:
    ends = np.cumsum(sizes)
    before = (slice(None),) * axis
    return [x[(*before, slice(int(end - size), int(end)))] for size, end in zip(sizes, ends, strict=True)]


def _squeezed(x: Any, *, dimensions: Sequence[int]) -> Any:
    return x.reshape([length for axis, length in enumerate(x.shape) if axis not in {d % x.ndim for d in dimensions}])


def _selected(which: Any, *cases: Any) -> Any:
    if isinstance(which, Tensor):
        raise NotSupported("a choice that depends on weights or inputs is not recorded\n  jax.nn.relu and jnp.maximum are")
    places = np.asarray(which).astype(int)
    if (places == places.flat[0]).all():
        return cases[places.flat[0]]
    total: Any = np.zeros(places.shape, dtype=int)
    for place, case in enumerate(cases):
        here = places == place
        part = _multiply(case, here.astype(int)) if isinstance(case, Tensor) else np.where(here, case, 0)
        total = total + part
    return total


def _convolution(
    x: Any,
    kernel: Any,
    *,
    window_strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int],
    rhs_dilation: Sequence[int],
    dimension_numbers: Any,
    feature_group_count: int,
    batch_group_count: int,
    **_: Any,
) -> Tensor:
    if {*lhs_dilation, *rhs_dilation} != {1} or batch_group_count != 1 or any(a != b for a, b in padding):
        raise NotSupported("a convolution with dilation, or with uneven padding, is not recorded\n  pad by hand, evenly")
    beside = _beside(x, kernel)
    rows = _transpose(as_tensor(beside, x), dimension_numbers.lhs_spec)
    turned = _transpose(as_tensor(beside, kernel), dimension_numbers.rhs_spec)
    along = [[int(step) for step in window_strides], [int(width) for width, _ in padding]]
    out = _stack([convolved(row, turned, None, along, feature_group_count) for row in rows])
    return _transpose(out, np.argsort(dimension_numbers.out_spec).tolist())


def _raised(x: Any, exponent: Any, **_: Any) -> Tensor:
    return _power(x, exponent if isinstance(exponent, Tensor) else np.asarray(exponent).item())


def _of_two(rule: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda a, b, **_: rule(a, b)


def _applied(function: str) -> Callable[..., Tensor]:
    return lambda x, **_: Tensor(x._inner.apply(function))


def _same(x: Any, **_: Any) -> Any:
    return x


HINTS = {
    "erf": "jax.nn.gelu is recorded with approximate=True, its default",
    "reduce_max": "the larger of many is recorded in jax.nn.softmax only",
    "gather": "give the embedded vectors as the input",
    "while": "a loop whose length depends on values is not recorded; jax.lax.scan is",
    "cond": "a choice that depends on values is not recorded",
}

RULES: dict[str, Callable[..., Any]] = {
    "add": _of_two(_add),
    "add_any": _of_two(_add),
    "sub": _of_two(_subtract),
    "mul": _of_two(_multiply),
    "div": _of_two(_divide),
    "max": _of_two(_maximum),
    "min": _of_two(_minimum),
    "neg": lambda x, **_: _negative(x),
    "abs": lambda x, **_: _absolute(x),
    "square": lambda x, **_: _power(x, 2),
    "integer_pow": lambda x, *, y, **_: _power(x, y),
    "pow": _raised,
    "exp": _applied("exp"),
    "log": _applied("log"),
    "sqrt": _applied("sqrt"),
    "rsqrt": lambda x, **_: _power(x, -0.5),
    "tanh": _applied("tanh"),
    "logistic": lambda x, **_: sigmoid(x),
    "dot_general": _dot_general,
    "conv_general_dilated": _convolution,
    "transpose": lambda x, *, permutation, **_: _transpose(x, permutation),
    "reshape": lambda x, *, new_sizes, **_: x.reshape(new_sizes),
    "broadcast_in_dim": _broadcast_in_dim,
    "squeeze": _squeezed,
    "concatenate": lambda *tensors, dimension, **_: _concat(tensors, dimension),
    "slice": _sliced,
    "dynamic_slice": _dynamic_slice,
    "split": _split,
    "reduce_max": _largest,
    "reduce_sum": lambda x, *, axes, **_: _sum(x, axes),
    "select_n": _selected,
    "convert_element_type": _same,
    "copy": _same,
    "copy_p": _same,
    "stop_gradient": _same,
    "optimization_barrier": _same,
}
