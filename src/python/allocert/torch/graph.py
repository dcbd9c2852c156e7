"""A module's graph as torch exports it, and its steps on symbolic tensors."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import AllocertError, NotSupported
from ..recorded import output
from ..tensors import Tensor
from .basics import Hidden
from .moves import MOVES, moved
from .rules import RULES, UNCHANGED, hint


def _torch() -> Any:
    try:
        import torch
    except ImportError as missing:
        raise ImportError("from_torch needs PyTorch\n  pip install torch") from missing
    return torch


def exported(module: Any, examples: tuple[Any, ...]) -> Any:
    """The graph of a module, without operations in place, and of operations that have a rule as far as torch can do that."""
    torch = _torch()
    training = {id(part): part.training for part in module.modules()}
    try:
        module.eval()
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decomposed(torch, torch.export.export(module, examples, strict=False))
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


def _calls(graph: Any) -> list[Any]:
    return [node for node in graph.graph.nodes if node.op == "call_function"]


def _decomposed(torch: Any, graph: Any) -> Any:
    """What works in place, on views too, becomes what gives new tensors; what has no rule becomes simpler operations."""
    if any(getattr(getattr(node.target, "_schema", None), "is_mutable", False) for node in _calls(graph)):
        graph = graph.run_decompositions({})
    known = torch.export.default_decompositions() if hasattr(torch.export, "default_decompositions") else {}
    # An operation may become one that has no rule either.
    for _ in range(3):
        targets = {
            node.target for node in _calls(graph) if _operation(node) not in RULES and _operation(node) not in MOVES
        }
        table = {target: known[target] for target in targets if target in known}
        if not table:
            break
        graph = graph.run_decompositions(table)
    return graph


def dead_entries(
    graph: Any, aliases: Mapping[str, str], buffers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Entries of parameters that are multiplied by 0 wherever they are used: by name, with the masks that do not take them out.

    So are those that ``torch.nn.utils.prune`` masks, unless the parameter is also used elsewhere, tied to another or as it is.
    """
    signature = graph.graph_signature
    nodes = {node.name: node for node in graph.graph.nodes if node.op == "placeholder"}
    constants = dict(signature.inputs_to_buffers) | dict(getattr(signature, "inputs_to_lifted_tensor_constants", {}))
    users: dict[str, list[tuple[Any, Any]]] = {}
    for place, parameter in signature.inputs_to_parameters.items():
        uses = [(nodes[place], user) for user in _users(nodes[place])]
        users.setdefault(aliases[parameter], []).extend(uses)
    dead: dict[str, Any] = {}
    masks: dict[str, Any] = {}
    for name, uses in users.items():
        factors = [_constant_factor(node, user, constants) for node, user in uses]
        values = {factor: buffers[constants[factor]].detach().cpu() for factor in factors if factor is not None}
        shape = tuple(uses[0][0].meta["val"].shape) if uses else ()
        if not uses or None in factors or any(tuple(value.shape) != shape for value in values.values()):
            continue
        # A mask that is also used elsewhere stays as it is.
        if any(len(_users(nodes[factor])) != factors.count(factor) for factor in values):
            continue
        off = np.logical_and.reduce([value.numpy() == 0 for value in values.values()])
        if off.any():
            dead[name] = off
            masks |= {constants[factor]: value.masked_fill(_like(value, off), 1) for factor, value in values.items()}
    return dead, masks


def _like(value: Any, off: Any) -> Any:
    return value.new_tensor(off).bool()


def _users(node: Any) -> list[Any]:
    """The operations that use a value, beyond those that leave it as it is."""
    found = []
    for user in node.users:
        if user.op == "call_function" and _operation(user) in UNCHANGED:
            found.extend(_users(user))
        else:
            found.append(user)
    return found


def _origin(node: Any) -> Any:
    """Where a value comes from, before operations that leave it as it is."""
    while getattr(node, "op", None) == "call_function" and _operation(node) in UNCHANGED:
        node = node.args[0]
    return node


def _constant_factor(node: Any, user: Any, constants: Mapping[str, str]) -> str | None:
    """The constant that a parameter is multiplied by in one of its uses, if that is what the use is."""
    if user.op != "call_function" or _operation(user) != "mul" or len(user.args) != 2:
        return None
    first, second = map(_origin, user.args)
    other = second if first is node else first
    return other.name if getattr(other, "name", None) in constants else None


def run(
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
            values[node] = _step(node, values)
        elif node.op == "output":
            results = [values[one] for one in node.args[0] if hasattr(one, "op")]
            kept = [one for one, spec in zip(results, signature.output_specs, strict=False) if _is_output(spec)]
            return output([_plain(one) for one in kept], inputs[0])
        else:
            raise NotSupported(f"{node.op} {node.target} of a graph is not recorded")
    raise AllocertError("the module returns nothing")


def _is_output(spec: Any) -> bool:
    return "USER_OUTPUT" in str(spec.kind)


def _step(node: Any, values: Mapping[Any, Any]) -> Any:
    def value(argument: Any) -> Any:
        if isinstance(argument, (list, tuple)):
            return [value(one) for one in argument]
        return values[argument] if hasattr(argument, "op") else argument

    arguments = [value(argument) for argument in node.args]
    options = {name: value(argument) for name, argument in node.kwargs.items()}
    if node.target is operator.getitem:
        return arguments[0][arguments[1]]
    if not _is_symbolic(arguments) and not _is_symbolic(list(options.values())):
        return node.target(*_to_torch(arguments), **options)
    operation = _operation(node)
    rule = RULES.get(operation)
    if rule is None and operation not in MOVES:
        raise NotSupported(f"{_layer(node)}: {operation} is not recorded\n  {hint(operation)}")
    if any(isinstance(argument, Hidden) for argument in arguments) and operation not in HIDING:
        raise NotSupported(f"{_layer(node)}: {operation} of minus infinity is not recorded\n  softmax of it is")
    try:
        if rule is None:
            return moved(node.target, MOVES[operation], arguments, options)
        return rule(*(_plain(argument) for argument in arguments), **{k: _plain(v) for k, v in options.items()})
    except AllocertError as wrong:
        raise type(wrong)(f"{_layer(node)}: {wrong}") from wrong
    except (TypeError, ValueError) as wrong:
        raise NotSupported(f"{_layer(node)}: {operation} with these options is not recorded ({wrong})") from wrong


HIDING = frozenset("softmax _softmax clone alias contiguous to _to_copy type_as dropout".split())
"""What may be done with entries of minus infinity."""


def _to_torch(value: Any) -> Any:
    """Arrays of our own as tensors of torch."""
    torch = _torch()
    if isinstance(value, list):
        return [_to_torch(one) for one in value]
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


def _is_symbolic(values: Any) -> bool:
    if isinstance(values, (list, tuple)):
        return any(_is_symbolic(one) for one in values)
    return isinstance(values, (Tensor, Hidden))


def _plain(value: Any) -> Any:
    """Torch's tensors as arrays: their entries are the fractions that their floats are."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value
