"""JAX functions as networks: the jaxpr of a function, recorded equation by equation on symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .errors import AllocertError, NotSupported, ShapeError
from .networks import Network, _call_name
from .recorded import (
    convolved,
    cut,
    held_against,
    input_shape,
    output,
    parts,
    pinned,
    recorded,
    same,
    taken,
    without_axes,
)
from .scores import Hidden, chosen_scores, plus, softmax_where_seen, times
from .tensors import (
    Tensor,
    _absolute,
    _add,
    _beside,
    _broadcast,
    _concat,
    _divide,
    _einsum,
    _function,
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
    net, _ = pinned(lambda kept: (_recorded(forward, params, examples, called, batched, kept), {}), fixed or {})
    net.notes = tuple(f"{key}: pinned as asked" for key in fixed or {})
    return net


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
    forward: Callable[..., Any],
    params: Any,
    examples: tuple[Any, ...],
    name: str,
    batched: bool,
    kept: Mapping[str, Any] | None = None,
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

    def record(x: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        results = _run(closed.jaxpr, closed.consts, [*tensors, *parts(x, shapes, batched)])
        if any(isinstance(one, Softmax) for one in results):
            raise NotSupported(f"reduce_max is not recorded\n  {HINTS['reduce_max']}")
        if any(isinstance(one, Hidden) for one in results):
            raise NotSupported("an output that is minus infinity is not recorded\n  softmax of it is")
        return output(results, x)

    native = recorded(name, input_shape(shapes), weights, record, kept)
    return Network._of(native, (_recorded, (forward, params, examples, name, batched, kept)))


def _run(jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """The outputs of a jaxpr on symbolic tensors; what does not depend on them JAX computes itself."""
    values: dict[Any, Any] = dict(zip(jaxpr.constvars, map(_plain, constants), strict=True))
    values.update(zip(jaxpr.invars, inputs, strict=True))

    def value(atom: Any) -> Any:
        return _plain(atom.val) if hasattr(atom, "val") else values[atom]

    for equation in jaxpr.eqns:
        found = _equation(equation, [value(atom) for atom in equation.invars])
        for place, one in zip(equation.outvars, found, strict=True):
            values[place] = _checked(equation.primitive.name, one, place.aval)
    return [value(atom) for atom in jaxpr.outvars]


def _plain(value: Any) -> Any:
    """JAX's arrays as NumPy's: their entries are the fractions that their floats are."""
    if isinstance(value, (Tensor, Hidden, Softmax)):
        return value
    array = np.asarray(value)
    # Floats that NumPy does not have, such as bfloat16.
    return array.astype(float) if array.dtype.kind == "V" else array


def _checked(name: str, value: Any, told: Any) -> Any:
    """What was recorded for an equation, held against the shape and the kind of numbers that JAX gives it."""
    if isinstance(value, Softmax) or not isinstance(value, (Tensor, Hidden)):
        return value
    is_float = np.issubdtype(told.dtype, np.floating) or str(told.dtype) == "bfloat16"
    return held_against(name, value, told, is_float, "JAX")


CALLS = {
    "pjit": "jaxpr",
    "jit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "remat": "jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
}
"""What calls another function, and which of its parameters is that function; for others it is what they do with entries."""


def _equation(equation: Any, arguments: list[Any]) -> list[Any]:
    name, options = equation.primitive.name, equation.params
    if name == "scan":
        return _scanned(arguments, **options)
    if name in CALLS and CALLS[name] in options:
        return _called(options[CALLS[name]], arguments)
    if not any(isinstance(one, (Tensor, Hidden, Softmax)) for one in arguments):
        found = equation.primitive.bind(*arguments, **options)
        return [_plain(one) for one in (found if equation.primitive.multiple_results else [found])]
    try:
        found = _recorded_step(equation, arguments)
    except AllocertError as wrong:
        raise type(wrong)(str(wrong) if str(wrong).startswith(name) else f"{name}: {wrong}") from wrong
    except (TypeError, ValueError, IndexError) as wrong:
        raise NotSupported(f"{name} with these arguments is not recorded ({wrong})") from wrong
    return list(found) if equation.primitive.multiple_results else [found]


def _recorded_step(equation: Any, arguments: list[Any]) -> Any:
    name, options = equation.primitive.name, equation.params
    if any(isinstance(one, Softmax) for one in arguments):
        return _softmax_step(name, arguments, options)
    if any(isinstance(one, Hidden) for one in arguments):
        return _of_scores(equation, arguments)
    if name in MOVES:
        return _moved(equation.primitive, MOVES[name], arguments, options)
    rule = RULES.get(name)
    if rule is None:
        raise NotSupported(f"{name} is not recorded\n  {HINTS.get(name, 'write the forward pass with allocert.network')}")
    return rule(*arguments, **options)


MOVES: dict[str, tuple[int, ...]] = {
    "gather": (0,),
    "rev": (0,),
    "pad": (0, 1),
    "dynamic_update_slice": (0, 1),
    "scatter": (0, 2),
}
"""What only moves entries, and which of its arguments hold them: JAX does it to the entries' numbers, and the entries follow."""


def _moved(primitive: Any, places: Sequence[int], arguments: list[Any], options: Mapping[str, Any]) -> Tensor:
    if any(isinstance(one, Tensor) for place, one in enumerate(arguments) if place not in places):
        raise NotSupported("a place that depends on weights or inputs is not recorded")
    beside = _beside(*arguments)
    entries = [as_tensor(beside, arguments[place]) for place in places]
    numbered, first = list(arguments), 1
    for place, part in zip(places, entries, strict=True):
        numbered[place] = np.arange(first, first + part.size, dtype=np.int32).reshape(part.shape)
        first += part.size
    numbers = np.asarray(primitive.bind(*numbered, **options))
    if numbers.min() < 1 or numbers.max() >= first:
        raise NotSupported("places beyond the end of an axis are not recorded")
    return taken(_concat([part.reshape(-1) for part in entries]), numbers)


TURNING = frozenset("reshape broadcast_in_dim squeeze transpose slice rev".split())
"""What moves entries of minus infinity like any others."""


def _of_scores(equation: Any, arguments: list[Any]) -> Any:
    """A step with scores some of which are minus infinity: they are moved, added to and scaled, until there is a softmax."""
    name, options, first = equation.primitive.name, equation.params, arguments[0]
    other: Any = arguments[1] if len(arguments) > 1 else None
    if name == "reduce_max":
        return _largest(first, **options)
    if name == "add":
        return plus(first, other) if isinstance(first, Hidden) else plus(other, first)
    if name in ("mul", "div") and isinstance(first, Hidden):
        return times(first, other if name == "mul" or isinstance(other, Tensor) else 1 / np.asarray(other))
    if name == "select_n":
        return chosen_scores(first, arguments[1:])
    if name in TURNING or name in KEPT:
        seen = first.seen if name in KEPT else np.asarray(equation.primitive.bind(first.seen, **options))
        rule = RULES[name] if name in RULES else None
        return Hidden(rule(first.scores, **options) if rule else first.scores, seen)
    raise NotSupported(f"{name} of minus infinity is not recorded\n  jax.nn.softmax of it is")


def _called(inner: Any, arguments: list[Any]) -> list[Any]:
    """A function called by another: run, but log(e^a + e^b), whose jaxpr compares values, and which is softplus(a − b) + b."""
    jaxpr, constants = (inner.jaxpr, inner.consts) if hasattr(inner, "consts") else (inner, ())
    if len(arguments) == 2 and _wiring(jaxpr) == LOG_ADD_EXP:
        a, b = arguments
        if isinstance(a, Tensor) or isinstance(b, Tensor):
            return [_add(softplus(_subtract(a, b)), b)]
    return _run(jaxpr, constants, arguments)


def _wiring(jaxpr: Any) -> list[tuple[Any, ...]]:
    """The steps of a jaxpr: each with the numbers of its operands, which count inputs first; and the numbers of its outputs."""
    numbers: dict[Any, int] = {one: place for place, one in enumerate([*jaxpr.constvars, *jaxpr.invars])}

    def number(one: Any) -> Any:
        return ("constant", repr(one.val)) if hasattr(one, "val") else numbers.setdefault(one, len(numbers))

    steps = []
    for step in jaxpr.eqns:
        operands = [number(one) for one in step.invars]
        steps.append((step.primitive.name, *operands))
        for one in step.outvars:
            number(one)
    return [*steps, ("outputs", *(number(one) for one in jaxpr.outvars))]


LOG_ADD_EXP = [
    ("max", 0, 1),
    ("sub", 0, 1),
    ("ne", 3, 3),
    ("add", 0, 1),
    ("abs", 3),
    ("neg", 6),
    ("exp", 7),
    ("log1p", 8),
    ("add", 2, 9),
    ("select_n", 4, 10, 5),
    ("outputs", 11),
]
"""max(a, b) + log1p(exp(−|a − b|)), or a + b where a − b is no number, as ``jax.numpy.logaddexp`` writes it."""


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

    of: Tensor | Hidden
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
            return softmax_where_seen(one.of, one.axes[0])
    raise NotSupported(f"{name} of a part of a softmax is not recorded\n  {HINTS['reduce_max']}")


def _keeps_its_place(one: Softmax, options: Mapping[str, Any]) -> bool:
    """Whether a reduction stays along its own axis, which has the length 1 or all of it."""
    shape = tuple(options.get("shape") or options["new_sizes"])
    kept = [axis for axis in range(one.of.ndim) if axis not in one.axes]
    along = list(options.get("broadcast_dimensions", kept))
    fits = len(shape) == one.of.ndim and all(shape[axis] == one.of.shape[axis] for axis in kept)
    return fits and along in (kept, list(range(one.of.ndim)))


def _largest(x: Tensor | Hidden, *, axes: Sequence[int], **_: Any) -> Softmax:
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


def _running(x: Tensor, *, axis: int, reverse: bool, **_: Any) -> Tensor:
    """Sums of all entries up to each, along an axis."""
    order = range(x.shape[axis])[:: -1 if reverse else 1]
    parts = [cut(x, [1] * x.shape[axis], axis)[place] for place in order]
    for place in range(1, len(parts)):
        parts[place] = _add(parts[place - 1], parts[place])
    return _concat(parts[:: -1 if reverse else 1], axis)


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


def _of_two(rule: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda a, b, **_: rule(a, b)


def _applied(function: str) -> Callable[..., Tensor]:
    return lambda x, **_: _function(function)(x)


HINTS = {
    "erf": "jax.nn.gelu is recorded with approximate=True, its default",
    "reduce_max": "the larger of many is recorded in jax.nn.softmax only",
    "while": "a loop whose length depends on values is not recorded; jax.lax.scan is",
    "cond": "a choice that depends on values is not recorded",
}

RULES: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: plus(a, b) if isinstance(a, Tensor) else plus(b, a),
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
    "pow": _of_two(_power),
    "exp": _applied("exp"),
    "log": _applied("log"),
    "sqrt": _applied("sqrt"),
    "rsqrt": lambda x, **_: _power(x, -0.5),
    "tanh": _applied("tanh"),
    "expm1": lambda x, **_: _subtract(_function("exp")(x), 1),
    "log1p": lambda x, **_: _function("log")(_add(x, 1)),
    "cosh": lambda x, **_: _divide(_add(_function("exp")(x), _function("exp")(_negative(x))), 2),
    "sinh": lambda x, **_: _divide(_subtract(_function("exp")(x), _function("exp")(_negative(x))), 2),
    "logistic": lambda x, **_: sigmoid(x),
    "dot_general": _dot_general,
    "conv_general_dilated": _convolution,
    "transpose": lambda x, *, permutation, **_: _transpose(x, permutation),
    "reshape": lambda x, *, new_sizes, **_: x.reshape(new_sizes),
    "broadcast_in_dim": _broadcast_in_dim,
    "squeeze": lambda x, *, dimensions: without_axes(x, dimensions),
    "concatenate": lambda *tensors, dimension, **_: _concat(tensors, dimension),
    "slice": _sliced,
    "dynamic_slice": _dynamic_slice,
    "split": lambda x, *, sizes, axis: cut(x, sizes, axis),
    "cumsum": _running,
    "reduce_max": _largest,
    "reduce_sum": lambda x, *, axes, **_: _sum(x, axes),
    "select_n": lambda which, *cases: chosen_scores(which, cases),
}
KEPT = frozenset("convert_element_type copy copy_p stop_gradient optimization_barrier".split())
"""What leaves a value as it is, also where its derivative is taken to be 0."""
RULES.update({name: same for name in KEPT})
