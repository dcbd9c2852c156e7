"""The steps of a graph as torch exports it: what they are called, what they are given, and those that torch computes itself."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import NotSupported
from ..recorded import held_against


def torch_itself() -> Any:
    """PyTorch, which need not be there."""
    try:
        import torch
    except ImportError as missing:
        raise ImportError("from_torch needs PyTorch\n  pip install torch") from missing
    return torch


def operation_of(node: Any) -> str:
    """``linear`` of ``aten.linear.default``."""
    parts = str(node.target).split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def layer_of(node: Any) -> str:
    """The layer that a step belongs to, in words."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return "the module"
    path, kind = stack[-1]
    kind = kind if isinstance(kind, str) else kind.__name__
    return f"layer {path or '(the module itself)'}, {kind.rsplit('.', 1)[-1]}"


def placeholders(graph: Any) -> Iterator[tuple[Any, str, str]]:
    """What a graph is given: each is a ``weight`` or a ``constant`` by its name, or an ``input``."""
    signature = graph.graph_signature
    constants = dict(signature.inputs_to_buffers) | dict(getattr(signature, "inputs_to_lifted_tensor_constants", {}))
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            if node.name in signature.inputs_to_parameters:
                yield node, "weight", signature.inputs_to_parameters[node.name]
            elif node.name in constants:
                yield node, "constant", constants[node.name]
            else:
                yield node, "input", node.name


def arguments_of(node: Any, value: Callable[[Any], Any]) -> tuple[list[Any], dict[str, Any]]:
    """What a step is given, by place and by name."""

    def of(argument: Any) -> Any:
        if isinstance(argument, (list, tuple)):
            return [of(one) for one in argument]
        return value(argument) if hasattr(argument, "op") else argument

    return [of(argument) for argument in node.args], {name: of(argument) for name, argument in node.kwargs.items()}


def constants_of(graph: Any, given: Mapping[Any, Any]) -> dict[Any, Any]:
    """The steps that depend on no input and no weight, which torch computes itself; ``given`` are the constants of the graph."""
    torch = torch_itself()
    found = {node: value for node, value in given.items() if hasattr(value, "detach")}
    for node in graph.graph.nodes:
        if node.op != "call_function" or not all(one in found for one in node.all_input_nodes):
            continue
        if torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()):
            raise NotSupported(f"{layer_of(node)}: {operation_of(node)} draws at random\n  draw once, and keep it in a buffer")
        arguments, options = arguments_of(node, found.__getitem__)
        with torch.no_grad():
            found[node] = arguments[0][arguments[1]] if node.target is operator.getitem else node.target(*arguments, **options)
    return {node: value for node, value in found.items() if node not in given}


def checked(node: Any, value: Any, recorded: tuple[type, ...]) -> Any:
    """What was recorded for a step, held against the shape and the kind of numbers that torch gives it.

    Numbers become a tensor of torch, as torch would have them.
    """
    told = node.meta.get("val")
    if told is None and not node.users:
        return None
    if isinstance(value, (list, tuple)):
        if not isinstance(told, (list, tuple)) or len(told) != len(value):
            raise NotSupported(f"{layer_of(node)}: {operation_of(node)} gives {len(value)} values here, and others in torch")
        return [_checked(node, one, own, recorded) for one, own in zip(value, told, strict=True)]
    return _checked(node, value, told, recorded)


def _checked(node: Any, value: Any, told: Any, recorded: tuple[type, ...]) -> Any:
    torch = torch_itself()
    name = f"{layer_of(node)}: {operation_of(node)}"
    if not isinstance(told, torch.Tensor):
        raise NotSupported(f"{name} gives no tensor in torch, which is not recorded")
    is_recorded = isinstance(value, recorded)
    if not is_recorded:
        value = torch.as_tensor(np.asarray(value), dtype=told.dtype)
    return held_against(name, value, told, not is_recorded or told.dtype.is_floating_point, "torch")
