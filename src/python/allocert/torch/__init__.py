"""PyTorch modules as networks: the exported graph of a module, recorded step by step on symbolic tensors.

:mod:`graph` exports a module and runs its graph, whose :mod:`steps` are held against torch's own shapes; :mod:`rules` has a rule
for each operation, :mod:`layers` those of whole layers, :mod:`moves` what only moves entries; :mod:`pruned` finds what masks take
out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import AllocertError, NotSupported
from ..networks import Network, _call_name
from ..recorded import input_shape, parts, pinned, recorded
from ..tensors import Tensor
from .graph import exported, run
from .pruned import dead_entries
from .rows import refuse_mixed_rows, refuse_no_module, refuse_shared_memory

__all__ = ["from_peft", "from_torch", "trainable"]


def from_torch(
    module: Any,
    example_input: Any,
    *,
    name: str | None = None,
    fixed: Mapping[str, Any] | None = None,
    batched: bool = True,
) -> Network:
    """A ``torch.nn.Module`` as a network; its tensors are called as in ``module.named_parameters()``.

    ``example_input`` is a tensor (or a tuple of them) that the module can be called with; the first axis is the batch, whose rows
    have to be treated apart, and of which one is taken (with ``batched=False`` there is no such axis). The module is read as in
    ``module.eval()``, as ``torch.export`` sees it. Every parameter is a weight, whether it requires a gradient or not: which may
    learn is for the allocation to say (:func:`trainable`). Entries that a mask of zeros takes out wherever they are used, as
    ``torch.nn.utils.prune`` does, are pinned at 0, and ``fixed={name: (mask, value)}`` pins others; ``net.notes`` says which.

    A layer that cannot be recorded is refused by name (:class:`NotSupported`).

    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    >>> from_torch(model, torch.randn(1, 3))
    <Sequential: 26 weights in 0.weight (4, 3), 0.bias (4,), 2.weight (2, 4), 2.bias (2,)>
    """
    refuse_no_module(module)
    examples = example_input if isinstance(example_input, tuple) else (example_input,)
    for example in examples:
        if not hasattr(example, "is_meta"):
            mend = "give a tensor, or a tuple of them: torch.as_tensor makes one of an array"
            raise AllocertError(f"the example input is a {type(example).__name__}\n  {mend}")
    if batched:
        if any(len(example.shape) == 0 for example in examples):
            raise AllocertError("the example input has no axis\n  its first axis is the batch; or give batched=False")
        if any(len(example) == 0 for example in examples):
            raise AllocertError("the example input has no row\n  its first axis is the batch, of which one row is taken")
        refuse_mixed_rows(module, examples)
        examples = tuple(example[:1] for example in examples)
    refuse_shared_memory(module)
    called = _call_name(name or type(module).__name__)
    net, dead = pinned(lambda kept: _recorded(module, examples, called, batched, kept), fixed or {})
    net.notes = tuple(_notes(module, dead, fixed or {}))
    return net


def _recorded(
    module: Any, examples: tuple[Any, ...], name: str, batched: bool, kept: Mapping[str, Any] | None
) -> tuple[Network, dict[str, Any]]:
    """The network of a module before anything is pinned, and which entries of its parameters masks have taken out."""
    shapes = [tuple(example.shape[1:] if batched else example.shape) for example in examples]
    graph = exported(module, examples)
    names = {id(tensor): key for key, tensor in module.named_parameters()}
    # Parameters that are tied have one name, the first.
    aliases = {key: names[id(tensor)] for key, tensor in module.named_parameters(remove_duplicate=False)}
    weights = [(key, list(tensor.shape)) for key, tensor in module.named_parameters()]
    if not weights:
        raise AllocertError(f"{type(module).__name__} has no parameters\n  a network has at least one weight")
    buffers = dict(graph.named_buffers()) | dict(graph.constants) | dict(module.named_buffers())
    for key, value in buffers.items():
        if getattr(value, "is_meta", False):
            raise NotSupported(f"the buffer {key} is on the meta device, where nothing has a value\n  make the module on the CPU")
    buffers = {key: value.clone() if hasattr(value, "clone") else value for key, value in buffers.items()}
    dead, masks = dead_entries(graph, aliases, buffers)

    def record(x: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        given = {key: tensor for (key, _), tensor in zip(weights, tensors, strict=True)}
        return run(graph, given, aliases, buffers, masks, parts(x, shapes, batched))

    native = recorded(name, input_shape(shapes), weights, record, kept)
    return Network._of(native, (_read_module, (module, examples, name, batched, kept))), dead


def _read_module(module: Any, examples: tuple[Any, ...], name: str, batched: bool, kept: Any = None) -> Network:
    """The network of a module before its masks are pinned; for pickling."""
    return _recorded(module, examples, name, batched, kept)[0]


def trainable(module: Any) -> dict[str, bool]:
    """Which parameters of a module require a gradient: the allocation that training would use.

    >>> import torch
    >>> layer = torch.nn.Linear(3, 2)
    >>> layer.weight.requires_grad = False
    >>> trainable(layer)
    {'weight': False, 'bias': True}
    """
    return {name: bool(parameter.requires_grad) for name, parameter in module.named_parameters()}


def from_peft(model: Any) -> dict[str, bool]:
    """The allocation of a model of the ``peft`` package: the weights of its adapters, and what else it lets learn.

    >>> import torch
    >>> from_peft(torch.nn.Linear(3, 2))
    Traceback (most recent call last):
        ...
    allocert.errors.AllocertError: Linear is no model of peft
      give what get_peft_model returns
    """
    if not hasattr(model, "peft_config"):
        raise AllocertError(f"{type(model).__name__} is no model of peft\n  give what get_peft_model returns")
    return trainable(model)


def _notes(module: Any, dead: Mapping[str, Any], fixed: Mapping[str, Any]) -> Iterator[str]:
    """What was done to a module's weights on their way."""
    for name, off in dead.items():
        yield f"{name}: {_entries(int(off.sum()), 'pruned ')} pinned at 0"
    for name in fixed:
        yield f"{name}: pinned as asked"
    for name, part in module.named_modules():
        if getattr(part, "padding_idx", None) is not None:
            row = f"{name}.weight[{part.padding_idx},:]".removeprefix(".")
            yield f"{row} is padding, which torch never trains, and counted among the weights: leave it out of the allocation"
    yield from _zeros(module, {*dead, *fixed})


def _zeros(module: Any, pins: set[str]) -> list[str]:
    """Which tensors have some entries that are zero, as pruning leaves them once its masks are removed: they are weights here."""
    found = []
    for name, parameter in module.named_parameters():
        if parameter.is_meta:
            continue
        values = parameter.detach()
        zeros = int((values == 0).sum())
        # All of a tensor is zero where it begins so, as biases and the second factor of an adapter do.
        if name not in pins and values.ndim > 1 and 0 < zeros < values.numel():
            mend = f"where that is pruning, pin it with fixed={{{name!r}: (mask, 0)}}"
            found.append(f"{name}: {_entries(zeros)} 0 and counted among the weights; {mend}")
    return found


def _entries(number: int, kind: str = "") -> str:
    return f"{number} {kind}entry is" if number == 1 else f"{number} {kind}entries are"
