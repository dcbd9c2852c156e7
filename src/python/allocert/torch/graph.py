"""A module's graph as torch exports it, and its steps on symbolic tensors."""

from __future__ import annotations

import logging
import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import AllocertError, NotSupported
from ..recorded import output
from ..scores import Hidden
from ..tensors import Tensor
from .moves import MOVES, moved
from .rules import RULES, UNCHANGED, hint
from .steps import arguments_of, checked, constants_of, layer_of, operation_of, placeholders, torch_itself


def exported(module: Any, examples: tuple[Any, ...]) -> Any:
    """The graph of a module, without operations in place, and of operations that have a rule as far as torch can do that."""
    torch = torch_itself()
    training = {id(part): part.training for part in module.modules()}
    try:
        module.eval()
        with torch.no_grad(), warnings.catch_warnings(), _unlogged():
            warnings.simplefilter("ignore")
            return _decomposed(torch, torch.export.export(module, examples, strict=False))
    except Exception as wrong:
        first = str(wrong).strip().splitlines()[0] if str(wrong).strip() else type(wrong).__name__
        message = f"{type(module).__name__} cannot be exported by torch.export: {first}"
        raise NotSupported(f"{message}\n  {_why(module, examples)}") from wrong
    finally:
        for part in module.modules():
            part.training = training[id(part)]


@contextmanager
def _unlogged() -> Iterator[None]:
    """What goes wrong is raised, and not written to standard error besides."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


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
            node.target for node in _calls(graph) if operation_of(node) not in RULES and operation_of(node) not in MOVES
        }
        table = {target: known[target] for target in targets if target in known}
        if not table:
            break
        graph = graph.run_decompositions(table)
    return graph


def run(
    graph: Any,
    weights: Mapping[str, Tensor],
    aliases: Mapping[str, str],
    buffers: Mapping[str, Any],
    masks: Mapping[Any, tuple[int, Any]],
    inputs: Sequence[Tensor],
) -> Tensor:
    """The output of an exported graph on symbolic tensors; what does not depend on them torch computes itself.

    ``masks`` are constants that steps are given in the place of others.
    """
    given = iter(inputs)
    values: dict[Any, Any] = {}
    for node, kind, name in placeholders(graph):
        if kind == "constant":
            values[node] = buffers[name]
        else:
            values[node] = weights[aliases[name]] if kind == "weight" else next(given, None)
    values |= constants_of(graph, values)
    for node in graph.graph.nodes:
        if node.op == "output":
            results = [values[one] for one in node.args[0] if hasattr(one, "op")]
            specs = graph.graph_signature.output_specs
            kept = [one for one, spec in zip(results, specs, strict=False) if _is_output(spec)]
            if any(isinstance(one, Hidden) for one in kept):
                raise NotSupported("an output that is minus infinity is not recorded\n  softmax of it is")
            return output([_plain(one) for one in kept], inputs[0])
        if node.op == "call_function" and node not in values:
            values[node] = checked(node, _step(node, values, masks.get(node)), (Tensor, Hidden))
        elif node.op not in ("placeholder", "call_function"):
            raise NotSupported(f"{node.op} {node.target} of a graph is not recorded")
    raise AllocertError("the module returns nothing")


def _is_output(spec: Any) -> bool:
    return "USER_OUTPUT" in str(spec.kind)


def _step(node: Any, values: Mapping[Any, Any], mask: tuple[int, Any] | None) -> Any:
    arguments, options = arguments_of(node, values.__getitem__)
    if mask is not None:
        arguments[mask[0]] = mask[1]
    if node.target is operator.getitem:
        return arguments[0][arguments[1]]
    operation, layer = operation_of(node), layer_of(node)
    rule = RULES.get(operation)
    if rule is None and operation not in MOVES:
        raise NotSupported(f"{layer}: {operation} is not recorded\n  {hint(operation)}")
    plain, named = _plain(arguments), _plain(options)
    try:
        if any(isinstance(one, Hidden) for one in (*plain, *named.values())) and operation not in HIDING:
            return _of_scores(node, rule, plain, named)
        if rule is None:
            return moved(node.target, MOVES[operation], arguments, options)
        return rule(*plain, **named)
    except AllocertError as wrong:
        raise type(wrong)(f"{layer}: {wrong}") from wrong
    except (TypeError, ValueError, IndexError, RuntimeError) as wrong:
        raise NotSupported(f"{layer}: {operation} with these arguments is not recorded ({wrong})") from wrong


HIDING = UNCHANGED | set(
    "softmax _softmax dropout add sub mul div masked_fill where baddbmm scaled_dot_product_attention".split()
)
"""What knows of entries of minus infinity."""

TURNING = frozenset("view _unsafe_view reshape flatten unflatten unsqueeze squeeze transpose permute expand select slice".split())
"""What moves entries of minus infinity like any others."""


def _of_scores(node: Any, rule: Any, arguments: list[Any], options: Mapping[str, Any]) -> Hidden:
    """Scores some of which are minus infinity, moved."""
    operation, first = operation_of(node), arguments[0]
    if operation not in TURNING or not isinstance(first, Hidden):
        raise NotSupported(f"{operation} of minus infinity is not recorded\n  softmax of it is")
    seen = node.target(torch_itself().tensor(first.seen), *arguments[1:], **options)
    return Hidden(rule(first.scores, *arguments[1:], **options), seen.numpy())


def _plain(value: Any) -> Any:
    """Torch's tensors as arrays: their entries are the fractions that their floats are."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    # NumPy has no numbers of eight bits, and none of sixteen with the exponents of float.
    wide = value.is_floating_point() and str(value.dtype) not in ("torch.float16", "torch.float32")
    return (value.double() if wide else value).numpy()
