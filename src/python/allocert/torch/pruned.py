"""Entries of parameters that masks take out wherever they are used, as ``torch.nn.utils.prune`` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .moves import MOVES
from .rules import UNCHANGED
from .steps import arguments_of, constants_of, operation_of, placeholders

VIEWS = frozenset("view _unsafe_view reshape flatten unflatten unsqueeze squeeze transpose t numpy_T mT permute".split())
SELECTIONS = frozenset("expand broadcast_to expand_as select slice narrow".split())
FOLLOWED = VIEWS | SELECTIONS | {name for name, places in MOVES.items() if places == (0,)}
"""Operations that only move the entries of their first argument."""


@dataclass(frozen=True)
class Entries:
    """Entries of a parameter: their numbers, from 1 on, in the places that they have been moved to; 0 is none of them."""

    parameter: str
    numbers: Any


@dataclass(frozen=True)
class Masked:
    """A use of entries that a constant takes some out of: its place, which are zero, and what spares an entry."""

    entries: Entries
    place: int
    constant: Any
    zero: Any
    spares: Any


def dead_entries(
    graph: Any, aliases: Mapping[str, str], buffers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[Any, tuple[int, Any]]]:
    """Which entries are dead, by parameter; and for each use of some the place of its mask, and a mask that leaves them alone.

    Dead are entries that a zero of a mask takes out in all their uses; tied parameters are one. With those masks dead entries
    stay in the program, so that they can be pinned.
    """
    uses = _Uses(graph, aliases, buffers)
    shapes = {aliases[key]: shape for key, shape in uses.shapes.items()}
    dead: dict[str, Any] = {}
    for name, numbers in uses.masked.items():
        off = np.zeros(int(np.prod(shapes[name])), dtype=bool)
        off[sorted(numbers - uses.alive.get(name, set()))] = True
        if off.any():
            dead[name] = off.reshape(shapes[name])
    masks: dict[Any, tuple[int, Any]] = {}
    for node, use in uses.found:
        if use.entries.parameter in dead:
            off = np.concatenate([[False], dead[use.entries.parameter].ravel()])
            here = off[np.broadcast_to(use.entries.numbers, use.zero.shape)]
            masks[node] = (use.place, np.where(here, use.spares, np.broadcast_to(use.constant, use.zero.shape)))
    return dead, masks


class _Uses:
    """The uses of parameters in a graph: which of their entries are taken out somewhere, and which are alive somewhere."""

    def __init__(self, graph: Any, aliases: Mapping[str, str], buffers: Mapping[str, Any]) -> None:
        import torch

        self.shapes: dict[str, tuple[int, ...]] = {}
        self.masked: dict[str, set[int]] = {}
        self.alive: dict[str, set[int]] = {}
        self.found: list[tuple[Any, Masked]] = []
        values: dict[Any, Any] = {}
        for node, kind, name in placeholders(graph):
            if kind == "weight":
                shape = tuple(node.meta["val"].shape)
                self.shapes[name] = shape
                values[node] = Entries(aliases[name], torch.arange(1, int(np.prod(shape)) + 1).reshape(shape))
            elif kind == "constant":
                values[node] = buffers[name]
        values |= constants_of(graph, values)
        for node in graph.graph.nodes:
            if node.op == "call_function" and node not in values:
                self._follow(node, values)
            elif node.op == "output":
                self._used(node.args, values)

    def _follow(self, node: Any, values: dict[Any, Any]) -> None:
        operation = operation_of(node)
        arguments, options = arguments_of(node, values.get)
        first = arguments[0] if arguments else None
        others = [*arguments[1:], *options.values()]
        if isinstance(first, Entries) and _are_constants(node, others, values):
            if operation in UNCHANGED:
                values[node] = first
                return
            if operation in FOLLOWED:
                values[node] = Entries(first.parameter, node.target(first.numbers, *arguments[1:], **options))
                return
        use = _masked(operation, arguments)
        if use is None:
            self._used([*node.args, *node.kwargs.values()], values)
            return
        numbers = np.broadcast_to(use.entries.numbers, use.zero.shape)
        name = use.entries.parameter
        self.masked.setdefault(name, set()).update(_places(numbers[use.zero]))
        self.alive.setdefault(name, set()).update(_places(numbers[~use.zero]))
        self.found.append((node, use))

    def _used(self, arguments: Any, values: Mapping[Any, Any]) -> None:
        for node in _nodes(arguments):
            entries = values.get(node)
            if isinstance(entries, Entries):
                self.alive.setdefault(entries.parameter, set()).update(_places(entries.numbers.numpy()))


def _places(numbers: Any) -> Iterator[int]:
    return (int(number) - 1 for number in np.unique(numbers) if number)


def _nodes(arguments: Any) -> Iterator[Any]:
    if isinstance(arguments, (list, tuple)):
        for one in arguments:
            yield from _nodes(one)
    elif hasattr(arguments, "op"):
        yield arguments


def _are_constants(node: Any, others: Any, values: Mapping[Any, Any]) -> bool:
    nodes = list(_nodes([*node.args[1:], *node.kwargs.values()]))
    return all(one in values and not isinstance(values[one], Entries) for one in nodes)


def _masked(operation: str, arguments: list[Any]) -> Masked | None:
    """What a mask takes out: by a product, by filling in 0, or by a choice between entries and 0."""
    match operation, arguments:
        case "mul", [Entries() as entries, other] if (mask := _array(other)) is not None:
            return _use(entries, 1, mask, mask == 0, 1)
        case "mul", [other, Entries() as entries] if (mask := _array(other)) is not None:
            return _use(entries, 0, mask, mask == 0, 1)
        case "masked_fill", [Entries() as entries, where, value] if _is_zero(value) and (m := _array(where)) is not None:
            return _use(entries, 1, m, m, False)
        case "where", [where, Entries() as entries, value] if _is_zero(value) and (m := _array(where)) is not None:
            return _use(entries, 0, m, ~m, True)
        case "where", [where, value, Entries() as entries] if _is_zero(value) and (m := _array(where)) is not None:
            return _use(entries, 0, m, m, False)
    return None


def _use(entries: Entries, place: int, constant: Any, zero: Any, spares: Any) -> Masked:
    shape = np.broadcast_shapes(zero.shape, tuple(entries.numbers.shape))
    return Masked(entries, place, constant, np.broadcast_to(zero, shape), spares)


def _array(value: Any) -> Any:
    """A constant as an array, or None."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return value.double().numpy() if value.is_floating_point() else value.numpy()
    return np.asarray(value) if isinstance(value, (bool, int, float)) else None


def _is_zero(value: Any) -> bool:
    array = _array(value)
    return array is not None and bool((array == 0).all())
