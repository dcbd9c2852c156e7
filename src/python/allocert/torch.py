"""PyTorch modules as networks: the exported graph of a module, recorded step by step on symbolic tensors."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _native
from .errors import AllocertError, NotSupported
from .networks import Network, _call_name
from .tensors import (
    Tensor,
    _absolute,
    _add,
    _batched,
    _beside,
    _broadcast,
    _concat,
    _divide,
    _dot,
    _einsum,
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
    as_tensor,
    convolve,
    layer_norm,
    relu,
    rms_norm,
    sigmoid,
    silu,
    softmax,
    softplus,
)


def from_torch(
    module: Any,
    example_input: Any,
    *,
    name: str | None = None,
    fixed: Mapping[str, Any] | None = None,
    batched: bool = True,
) -> Network:
    """A ``torch.nn.Module`` as a network; its tensors are called as in ``module.named_parameters()``.

    ``example_input`` is a tensor (or a tuple of them) that the module can be called with; the first axis is the batch, of which
    one row is taken (with ``batched=False`` there is no such axis). The module is read as in ``module.eval()``, as
    ``torch.export`` sees it. Every parameter is a weight, whether it requires a gradient or not: which may learn is for the
    allocation to say (:func:`trainable`). Entries that ``torch.nn.utils.prune`` has masked are pinned at 0, and
    ``fixed={name: (mask, value)}`` pins others; ``net.notes`` says which.

    A layer that cannot be recorded is refused by name (:class:`NotSupported`).
    """
    examples = example_input if isinstance(example_input, tuple) else (example_input,)
    for example in examples:
        if not hasattr(example, "shape"):
            raise AllocertError(f"the example input is a {type(example).__name__}\n  give a tensor, or a tuple of them")
    if batched:
        if any(len(example.shape) == 0 for example in examples):
            raise AllocertError("the example input has no axis\n  its first axis is the batch; or give batched=False")
        examples = tuple(example[:1] for example in examples)
    net, pruned = _recorded(module, examples, _call_name(name or type(module).__name__), batched)
    return _pinned(net, module, pruned, fixed or {})


def _recorded(module: Any, examples: tuple[Any, ...], name: str, batched: bool) -> tuple[Network, dict[str, str]]:
    """The network of a module before anything is pinned, and the masks of its parameters by name."""
    torch = _torch()
    shapes = [tuple(example.shape[1:] if batched else example.shape) for example in examples]
    graph = _exported(torch, module, examples)
    names = {id(tensor): key for key, tensor in module.named_parameters()}
    # Parameters that are tied have one name, the first.
    aliases = {key: names[id(tensor)] for key, tensor in module.named_parameters(remove_duplicate=False)}
    weights = [(key, list(tensor.shape)) for key, tensor in module.named_parameters()]
    if not weights:
        raise AllocertError(f"{type(module).__name__} has no parameters\n  a network has at least one weight")
    pruned = _pruned(module)
    buffers = dict(graph.named_buffers()) | dict(graph.constants) | dict(module.named_buffers())
    buffers |= {key: torch.ones_like(buffers[key]) for key in pruned.values()}

    def record(x: _native.Tensor, tensors: list[_native.Tensor]) -> _native.Tensor:
        given = {key: Tensor(tensor) for (key, _), tensor in zip(weights, tensors, strict=True)}
        inputs = _parts(Tensor(x), shapes, batched)
        return _run(torch, graph, given, aliases, buffers, inputs)._inner

    size = [sum(math.prod(shape) for shape in shapes)] if len(shapes) > 1 else list(shapes[0])
    native = _native.Network.record(name, size, weights, record)
    net = Network._of(native, (_read_module, (module, examples, name, batched)))
    return net, pruned


def _read_module(module: Any, examples: tuple[Any, ...], name: str, batched: bool) -> Network:
    """The network of a module before its masks are pinned; for pickling."""
    return _recorded(module, examples, name, batched)[0]


def trainable(module: Any) -> dict[str, bool]:
    """Which parameters of a module require a gradient: the allocation that training would use."""
    return {name: bool(parameter.requires_grad) for name, parameter in module.named_parameters()}


def from_peft(model: Any) -> dict[str, bool]:
    """The allocation of a model of the ``peft`` package: the weights of its adapters, and what else it lets learn."""
    if not hasattr(model, "peft_config"):
        raise AllocertError(f"{type(model).__name__} is no model of peft\n  give what get_peft_model returns")
    return trainable(model)


def _torch() -> Any:
    try:
        import torch
    except ImportError as missing:
        raise ImportError("from_torch needs PyTorch\n  pip install torch") from missing
    return torch


def _exported(torch: Any, module: Any, examples: tuple[Any, ...]) -> Any:
    training = {id(part): part.training for part in module.modules()}
    try:
        module.eval()
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.export.export(module, examples, strict=False)
    except Exception as wrong:
        first = str(wrong).strip().splitlines()[0] if str(wrong).strip() else type(wrong).__name__
        message = f"{type(module).__name__} cannot be exported by torch.export: {first}"
        raise NotSupported(f"{message}\n  {_why(module, examples)}") from wrong
    finally:
        for part in module.modules():
            part.training = training[id(part)]


def _why(module: Any, examples: tuple[Any, ...]) -> str:
    """What to do about a module that cannot be exported: it does not run on this input at all, or its control flow does not."""
    try:
        module(*examples)
    except Exception:
        shapes = ", ".join(str(tuple(example.shape)) for example in examples)
        return f"it does not run on an input of shape {shapes}: the first axis of example_input is the batch"
    return "give a module without control flow that depends on values"


def _parts(x: Tensor, shapes: Sequence[tuple[int, ...]], batched: bool) -> list[Tensor]:
    """The inputs of a module from one input of the network."""
    parts: list[Tensor] = []
    if len(shapes) == 1:
        parts = [x]
    else:
        start = 0
        for shape in shapes:
            parts.append(x[start : start + math.prod(shape)].reshape(shape))
            start += math.prod(shape)
    return [part[None] for part in parts] if batched else parts


def _pruned(module: Any) -> dict[str, str]:
    """The parameters that torch.nn.utils.prune has masked, with their masks' names."""
    buffers = dict(module.named_buffers())
    parameters = (name for name, _ in module.named_parameters() if name.endswith("_orig"))
    masks = ((name, name.removesuffix("_orig") + "_mask") for name in parameters)
    return {name: mask for name, mask in masks if mask in buffers}


def _pinned(net: Network, module: Any, pruned: Mapping[str, str], fixed: Mapping[str, Any]) -> Network:
    buffers = dict(module.named_buffers())
    pins: dict[str, Any] = {}
    notes = []
    for name, mask in pruned.items():
        off = buffers[mask].detach().cpu().numpy() == 0
        if off.any():
            pins[name] = (off, 0)
            notes.append(f"{name}: {int(off.sum())} pruned entries are pinned at 0")
    for name, pin in fixed.items():
        pins[name] = pin
        notes.append(f"{name}: pinned as asked")
    notes.extend(_zeros(module, pins))
    made = net.pin(pins) if pins else net
    made.notes = tuple(notes)
    return made


def _zeros(module: Any, pins: Mapping[str, Any]) -> list[str]:
    """Which tensors have some entries that are zero, as pruning leaves them once its masks are removed: they are weights here."""
    found = []
    for name, parameter in module.named_parameters():
        values = parameter.detach()
        zeros = int((values == 0).sum())
        # All of a tensor is zero where it begins so, as biases and the second factor of an adapter do.
        if name not in pins and values.ndim > 1 and 0 < zeros < values.numel():
            mend = f"pin them with fixed={{{name!r}: (mask, 0)}} if they were pruned"
            found.append(f"{name}: {zeros} entries are 0 and taken as weights; {mend}")
    return found


def _run(
    torch: Any,
    graph: Any,
    weights: Mapping[str, Tensor],
    aliases: Mapping[str, str],
    buffers: Mapping[str, Any],
    inputs: Sequence[Tensor],
) -> Tensor:
    """The output of an exported graph on symbolic tensors; what does not depend on them torch computes itself."""
    signature = graph.graph_signature
    given = iter(inputs)
    values: dict[Any, Any] = {}
    constants = dict(signature.inputs_to_buffers) | dict(getattr(signature, "inputs_to_lifted_tensor_constants", {}))
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            if node.name in signature.inputs_to_parameters:
                values[node] = weights[aliases[signature.inputs_to_parameters[node.name]]]
            elif node.name in constants:
                values[node] = buffers[constants[node.name]]
            else:
                values[node] = next(given, None)
        elif node.op == "call_function":
            values[node] = _step(torch, node, values)
        elif node.op == "output":
            results = [values[one] for one in node.args[0] if hasattr(one, "op")]
            kept = [one for one, spec in zip(results, signature.output_specs, strict=False) if _is_output(spec)]
            return _output(kept, inputs[0])
        else:
            raise NotSupported(f"{node.op} {node.target} of a graph is not recorded")
    raise AllocertError("the module returns nothing")


def _is_output(spec: Any) -> bool:
    return "USER_OUTPUT" in str(spec.kind)


def _output(results: Sequence[Any], beside: Tensor) -> Tensor:
    """All outputs in one axis, if there are several."""
    tensors = [as_tensor(beside, _plain(one)) for one in results]
    return tensors[0] if len(tensors) == 1 else _concat([tensor.reshape(-1) for tensor in tensors])


def _step(torch: Any, node: Any, values: Mapping[Any, Any]) -> Any:
    def value(argument: Any) -> Any:
        if isinstance(argument, (list, tuple)):
            return [value(one) for one in argument]
        return values[argument] if hasattr(argument, "op") else argument

    arguments = [value(argument) for argument in node.args]
    options = {name: value(argument) for name, argument in node.kwargs.items()}
    if node.target is operator.getitem:
        return arguments[0][arguments[1]]
    if not _is_symbolic(arguments) and not _is_symbolic(list(options.values())):
        return node.target(*_to_torch(torch, arguments), **options)
    rule = RULES.get(_operation(node))
    if rule is None:
        raise NotSupported(f"{_layer(node)}: {_operation(node)} is not recorded\n  {_hint(_operation(node))}")
    try:
        return rule(*(_plain(argument) for argument in arguments), **{k: _plain(v) for k, v in options.items()})
    except AllocertError as wrong:
        raise type(wrong)(f"{_layer(node)}: {wrong}") from wrong
    except (TypeError, ValueError) as wrong:
        raise NotSupported(
            f"{_layer(node)}: {_operation(node)} with these options is not recorded ({wrong})"
        ) from wrong


def _to_torch(torch: Any, value: Any) -> Any:
    """Arrays of our own as tensors of torch."""
    if isinstance(value, list):
        return [_to_torch(torch, one) for one in value]
    return torch.as_tensor(value, dtype=torch.double) if isinstance(value, np.ndarray) else value


def _operation(node: Any) -> str:
    """``linear`` of ``aten.linear.default``."""
    parts = str(node.target).split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def _layer(node: Any) -> str:
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return "the module"
    path, kind = stack[-1]
    kind = kind if isinstance(kind, str) else kind.__name__
    return f"layer {path or '(the module itself)'}, {kind.rsplit('.', 1)[-1]}"


def _hint(operation: str) -> str:
    hints = {
        "gelu": "GELU is recorded with approximate='tanh'; SiLU, tanh and softplus are close to it",
        "embedding": "give the embedded vectors as the input, and the layers behind the embedding as the module",
        "max_pool2d": "the larger of many is not recorded: take a pooling by means",
    }
    return hints.get(operation, "replace the layer, or write the forward pass with allocert.network")


def _is_symbolic(values: Any) -> bool:
    if isinstance(values, (list, tuple)):
        return any(_is_symbolic(one) for one in values)
    return isinstance(values, Tensor)


def _plain(value: Any) -> Any:
    """Torch's tensors as arrays: their entries are the fractions that their floats are."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _linear(x: Any, weight: Any, bias: Any = None) -> Tensor:
    beside = _beside(x, weight, bias)
    rows, matrix = as_tensor(beside, x), as_tensor(beside, weight)
    flat = rows.reshape(-1, rows.shape[-1])
    product = _dot(flat, matrix.T).reshape((*rows.shape[:-1], matrix.shape[0]))
    return product if bias is None else _add(product, bias)


def _matmul(a: Any, b: Any) -> Tensor:
    beside = _beside(a, b)
    left, right = as_tensor(beside, a), as_tensor(beside, b)
    if left.ndim > 2 and right.ndim == 2:
        return _linear(left, right.T)
    return _dot(left, right)


def _addmm(bias: Any, a: Any, b: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return _add(_scaled(bias, beta), _scaled(_matmul(a, b), alpha))


def _scaled(value: Any, factor: Any) -> Any:
    return value if factor == 1 else _multiply(value, factor)


def _added(a: Any, b: Any, *, alpha: Any = 1) -> Tensor:
    return _add(a, _scaled(b, alpha)) if isinstance(b, Tensor) else _add(a, np.asarray(b) * alpha)


def _subtracted(a: Any, b: Any, *, alpha: Any = 1) -> Tensor:
    return _subtract(a, _scaled(b, alpha)) if isinstance(b, Tensor) else _subtract(a, np.asarray(b) * alpha)


def _divided(a: Any, b: Any, *, rounding_mode: Any = None) -> Tensor:
    if rounding_mode is not None:
        raise NotSupported("a division that rounds is not recorded")
    return _divide(a, b)


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


def _split(x: Tensor, sizes: Any, axis: int = 0) -> list[Tensor]:
    length = x.shape[axis]
    if isinstance(sizes, int):
        sizes = [min(sizes, length - start) for start in range(0, length, sizes)]
    ends = np.cumsum(sizes)
    return [_slice(x, axis, int(end - size), int(end)) for size, end in zip(sizes, ends, strict=True)]


def _chunk(x: Tensor, chunks: int, axis: int = 0) -> list[Tensor]:
    return _split(x, -(-x.shape[axis] // chunks), axis)


def _unflatten(x: Tensor, axis: int, sizes: Sequence[int]) -> Tensor:
    axis %= x.ndim
    return x.reshape((*x.shape[:axis], *sizes, *x.shape[axis + 1 :]))


def _flatten(x: Tensor, start: int = 0, end: int = -1) -> Tensor:
    start, end = start % x.ndim, end % x.ndim
    return x.reshape((*x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :]))


def _unsqueeze(x: Tensor, axis: int) -> Tensor:
    before = axis % (x.ndim + 1)
    return x[(slice(None),) * before + (None,)]


def _squeezed(x: Tensor, axis: Any = None) -> Tensor:
    axes = [axis] if isinstance(axis, int) else axis
    for one in sorted((a % x.ndim for a in axes or ()), reverse=True):
        x = _squeeze(x, one) if x.shape[one] == 1 else x
    return _squeeze(x) if axis is None else x


def _expand(x: Any, shape: Sequence[int], **_: Any) -> Tensor:
    old = (1,) * (len(shape) - x.ndim) + x.shape
    return _broadcast(x, [own if wanted == -1 else wanted for own, wanted in zip(old, shape, strict=True)])


def _same(x: Any, *_: Any, **__: Any) -> Any:
    return x


def _dropped(x: Any, p: Any = 0, train: bool = False, *_: Any) -> Any:
    if train and p:
        raise NotSupported("dropout draws at random while it trains\n  call module.eval() first")
    return x


def _summed(x: Any, axis: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return _sum(x, axis if axis != [] else None, keepdim)


def _averaged(x: Any, axis: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return _mean(x, axis if axis != [] else None, keepdim)


def _normal_shape(x: Tensor, shape: Sequence[int]) -> None:
    if len(shape) != 1:
        raise NotSupported(f"a normalisation over {len(shape)} axes is not recorded\n  over the last axis it is")


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
    if np.any(np.asarray(dilation) != 1) or isinstance(padding, str):
        raise NotSupported("a convolution with dilation, or with padding given as a word, is not recorded")
    along = [_each(stride, axes), _each(padding, axes)]
    if x.ndim == kernel.ndim - 1:
        return _convolved(x, kernel, bias, along, groups)
    return _stack([_convolved(one, kernel, bias, along, groups) for one in x])


def _each(value: Any, axes: int) -> list[int]:
    values = [int(one) for one in value] if isinstance(value, (list, tuple)) else [int(value)]
    return values * axes if len(values) == 1 else values


def _convolved(x: Any, kernel: Any, bias: Any, along: list[list[int]], groups: int) -> Tensor:
    inside, outside = x.shape[0] // groups, kernel.shape[0] // groups
    parts = [
        convolve(x[g * inside : (g + 1) * inside], kernel[g * outside : (g + 1) * outside], *along)
        for g in range(groups)
    ]
    out = parts[0] if groups == 1 else _concat(parts)
    return out if bias is None else _add(out, bias.reshape([-1] + [1] * (out.ndim - 1)))


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
        if both:
            raise NotSupported("a recurrent layer in both directions is not recorded")
        begin = [first] if states == 1 else first
        each = 4 if biases else 2
        if len(weights) != layers * each:
            raise NotSupported("a recurrent layer with a projection of its states is not recorded")
        rows = list(_swapaxes(x, 0, 1) if batch_first and x.ndim == 3 else x)
        last: list[list[Any]] = [[] for _ in range(states)]
        for layer in range(layers):
            own = weights[layer * each : (layer + 1) * each]
            state = [kept[layer] for kept in begin]
            for step, row in enumerate(rows):
                state = cell(row, state, own, biases)
                rows[step] = state[0]
            for kept, one in zip(last, state, strict=True):
                kept.append(one)
        out = _stack(rows)
        return (_swapaxes(out, 0, 1) if batch_first and x.ndim == 3 else out), *(_stack(kept) for kept in last)

    return rule


def _plain_cell(activation: Callable[[Any], Tensor]) -> Cell:
    def cell(row: Tensor, state: list[Any], own: Sequence[Any], biases: bool) -> list[Any]:
        return [activation(_added(_linear(row, own[0], own[2] if biases else None), _hidden(state[0], own, biases)))]

    return cell


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
    return _masked_attention(scores, value, np.asarray(mask))


def _masked_attention(scores: Tensor, value: Tensor, mask: Any) -> Tensor:
    """Each row over the keys that it may look at."""
    if mask.dtype != np.bool_:
        if not np.isin(mask, (0, -np.inf)).all():
            raise NotSupported("an attention mask of other numbers than 0 and −inf is not recorded")
        mask = mask == 0
    if mask.ndim > 2 and math.prod(mask.shape[:-2]) != 1:
        raise NotSupported("an attention mask that differs between heads is not recorded")
    mask = np.broadcast_to(mask.reshape(mask.shape[-2:]), scores.shape[-2:])
    rows = []
    for place, seen in enumerate(mask):
        columns = np.flatnonzero(seen)
        if not len(columns):
            raise NotSupported("an attention mask under which a token sees nothing is not recorded")
        row = _concat([scores[..., place, int(c) : int(c) + 1] for c in columns], -1)
        kept = _stack([value[..., int(c), :] for c in columns], -2)
        rows.append(_batched(softmax(row)[..., None, :], kept)[..., 0, :])
    return _stack(rows, -2)


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Tensor:
    return softplus(x) if beta == 1 else _divide(softplus(_multiply(x, beta)), beta)


def _gelu(x: Any, *, approximate: str = "none") -> Tensor:
    if approximate != "tanh":
        raise NotSupported(f"gelu is not recorded\n  {_hint('gelu')}")
    inner = _multiply(_add(x, _multiply(_power(x, 3), 0.044715)), math.sqrt(2 / math.pi))
    return _multiply(_multiply(x, 0.5), _add(_tanh(inner), 1))


def _leaky_relu(x: Any, slope: float = 0.01) -> Tensor:
    return _subtract(relu(x), _multiply(relu(_negative(x)), slope))


def _tanh(x: Any) -> Tensor:
    return Tensor(as_tensor(_beside(x), x)._inner.apply("tanh"))


def _applied(name: str) -> Callable[[Any], Tensor]:
    return lambda x: Tensor(x._inner.apply(name))


def _soft(x: Any, axis: int, *_: Any, **__: Any) -> Tensor:
    return softmax(x, axis)


def _clamped(x: Any, low: Any = None, high: Any = None) -> Tensor:
    lower = x if low is None else _maximum(x, low)
    return lower if high is None else _minimum(lower, high)


RULES: dict[str, Callable[..., Any]] = {
    "linear": _linear,
    "matmul": _matmul,
    "mm": _matmul,
    "bmm": _dot,
    "mv": _matmul,
    "dot": _dot,
    "addmm": _addmm,
    "baddbmm": lambda c, a, b, **o: _add(_scaled(c, o.get("beta", 1)), _scaled(_dot(a, b), o.get("alpha", 1))),
    "einsum": lambda subscripts, tensors, **_: _einsum(subscripts, *tensors),
    "add": _added,
    "add_": _added,
    "sub": _subtracted,
    "rsub": lambda a, b, **o: _subtracted(b, a, **o),
    "mul": _multiply,
    "mul_": _multiply,
    "div": _divided,
    "neg": _negative,
    "abs": _absolute,
    "square": lambda a: _power(a, 2),
    "pow": _power,
    "reciprocal": lambda a: _divide(1, a),
    "exp": _applied("exp"),
    "log": _applied("log"),
    "sqrt": _applied("sqrt"),
    "rsqrt": lambda a: _divide(1, Tensor(a._inner.apply("sqrt"))),
    "tanh": _tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "relu_": relu,
    "leaky_relu": _leaky_relu,
    "silu": silu,
    "silu_": silu,
    "gelu": _gelu,
    "softplus": _softplus,
    "softmax": _soft,
    "_softmax": _soft,
    "maximum": _maximum,
    "minimum": _minimum,
    "clamp": _clamped,
    "clamp_min": lambda x, low: _maximum(x, low),
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "batch_norm": _batch_norm,
    "conv1d": _convolution,
    "conv2d": _convolution,
    "rnn_tanh": _recurrent(_plain_cell(_tanh)),
    "rnn_relu": _recurrent(_plain_cell(relu)),
    "gru": _recurrent(_gru_cell),
    "lstm": _recurrent(_lstm_cell, states=2),
    "scaled_dot_product_attention": _attention,
    "view": lambda x, shape: x.reshape(shape),
    "_unsafe_view": lambda x, shape: x.reshape(shape),
    "reshape": lambda x, shape: x.reshape(shape),
    "flatten": _flatten,
    "unflatten": _unflatten,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeezed,
    "transpose": _swapaxes,
    "t": lambda x: x.T,
    "numpy_T": lambda x: x.T,
    "mT": lambda x: _swapaxes(x, -2, -1),
    "permute": _transpose,
    "expand": _expand,
    "broadcast_to": _expand,
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
UNCHANGED = "contiguous clone alias detach to _to_copy lift_fresh_copy type_as identity _assert_tensor_metadata"
RULES.update({name: _same for name in UNCHANGED.split()})
