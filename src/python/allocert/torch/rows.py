"""What lets one row of a batch stand for all: rows that are treated apart, and parameters that share no memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from ..errors import NotSupported
from .steps import torch_itself


def refuse_no_module(module: Any) -> None:
    """Refuses what is no module, or one whose parameters are not there yet."""
    torch = torch_itself()
    if not isinstance(module, torch.nn.Module):
        kind = f"the class {module.__name__}" if isinstance(module, type) else f"a {type(module).__name__}"
        raise NotSupported(f"{kind} is no module\n  give an instance of torch.nn.Module")
    for name, parameter in module.named_parameters():
        if torch.nn.parameter.is_lazy(parameter):
            raise NotSupported(f"the parameter {name} has no shape yet\n  call the module once, on an input")


def refuse_mixed_rows(module: Any, examples: tuple[Any, ...]) -> None:
    """Refuses a module whose output for two rows is not that of each by itself.

    So it is where the first axis is no batch, as for recurrent layers and attention without ``batch_first=True``, and what is
    recorded for one row would be another function. The module is run on random rows, six times; where that does not work, and
    where it draws at random, nothing is said here.
    """
    torch = torch_itself()
    lengths = {int(example.shape[0]) for example in examples}
    if len(lengths) > 1:
        said = " and ".join(str(length) for length in sorted(lengths))
        raise NotSupported(
            f"the first axes of the example inputs have lengths {said}, and should be the batch for all of them\n"
            "  give each input with its batch, or batched=False"
        )
    if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers(), *examples)):
        return
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), _uncompiled(torch):
            torch.manual_seed(1)
            plain = getattr(module, "_orig_mod", module)
            try:
                # In double precision, little that a row takes from another is lost; modules that fix a type need their own.
                mixed = _are_mixed(torch, plain, [_widened(one) for one in examples], widen=True)
            except Exception:
                mixed = _are_mixed(torch, plain, examples, widen=False)
    except Exception:
        return
    if mixed:
        raise NotSupported(
            f"{type(module).__name__} mixes the rows of its batch: the output for two is not that of each by itself\n"
            "  the first axis of example_input is the batch, so recurrent layers and attention need batch_first=True; "
            "or give the whole input, and batched=False"
        )


def _uncompiled(torch: Any) -> Any:
    """Runs modules as they are written, where torch can be told to: to compile one takes seconds."""
    stance = getattr(torch.compiler, "set_stance", None)
    return nullcontext() if stance is None else stance("force_eager")


def _widened(tensor: Any) -> Any:
    return tensor.double() if tensor.is_floating_point() else tensor


def _are_mixed(torch: Any, module: Any, examples: Sequence[Any], widen: bool) -> bool:
    training = {id(part): part.training for part in module.modules()}
    # What is zero, as at the start of an adapter or a gate, would hide what is behind it.
    zeros = [(name, value) for name, value in module.named_parameters() if value.numel() and not value.any()]
    parameters = {name: _widened(value) for name, value in module.named_parameters()} if widen else {}
    parameters |= {name: 0.3 * torch.randn_like(_widened(value) if widen else value) for name, value in zeros}
    near = {"rtol": 1e-10, "atol": 1e-14} if widen else {}
    a, b, c = ([_random_row(torch, example) for example in examples] for _ in range(3))

    def outputs(*rows: list[Any]) -> list[Any]:
        fresh = {name: _widened(value).clone() if widen else value.clone() for name, value in module.named_buffers()}
        found = torch.func.functional_call(module, (parameters, fresh), tuple(map(torch.cat, zip(*rows, strict=True))))
        return [one for one in torch.utils._pytree.tree_leaves(found) if isinstance(one, torch.Tensor)]

    try:
        module.eval()
        alone, runs = outputs(a), [outputs(a, b), outputs(a, b), outputs(a, c), outputs(b, a), outputs(c, a)]
    finally:
        for part in module.modules():
            part.training = training[id(part)]
    first, again, other_first, second, other_second = runs
    if not all(map(torch.equal, first, again)):
        return False
    # The same row beside two others: the shapes are the same, and so are the roundings.
    cases = (0, first, other_first), (1, second, other_second)
    return not all(
        any(torch.allclose(*both, **near) for both in zip(_parts(one, row, shape), _parts(other, row, shape), strict=True))
        for row, ones, others in cases
        for one, other, shape in zip(ones, others, (value.shape for value in alone), strict=True)
    )


def _random_row(torch: Any, example: Any) -> Any:
    row = example[:1]
    return row + torch.randn_like(row) if row.is_floating_point() else row


def _parts(both: Any, row: int, shape: Sequence[int]) -> Iterator[Any]:
    """What may be the part of a row in an output for two: all of it if that is as long as the output for one, or a half."""
    both, long = both if both.is_complex() else both.double().nan_to_num(), math.prod(shape)
    if both.numel() == long:
        yield both
    elif both.numel() == 2 * long:
        for axis, length in enumerate(both.shape):
            if length % 2 == 0:
                half = length // 2
                for place in (slice(row * half, (row + 1) * half), slice(row, None, 2)):
                    yield both[(slice(None),) * axis + (place,)]


def refuse_shared_memory(module: Any) -> None:
    """Refuses parameters that are several, or several entries of one, and the same numbers in memory: training ties them."""
    torch = torch_itself()
    in_memory: dict[Any, list[tuple[str, Any]]] = {}
    for name, parameter in module.named_parameters():
        if parameter.layout is torch.strided and not parameter.is_meta and parameter.numel():
            in_memory.setdefault(parameter.untyped_storage().data_ptr(), []).append((name, parameter.detach()))
    for shared in in_memory.values():
        seen: dict[str, Any] = {}
        for name, parameter in shared:
            if len(shared) == 1 and parameter.is_contiguous():
                continue
            size, start = parameter.element_size(), parameter.storage_offset()
            numbers = torch.arange(parameter.untyped_storage().nbytes() // size)
            places = numbers.as_strided(parameter.shape, parameter.stride(), start).reshape(-1)
            if len(places.unique()) < len(places):
                raise NotSupported(f"entries of the parameter {name} are one number in memory\n  expand it in forward")
            for other, taken in seen.items():
                if torch.isin(places, taken).any():
                    raise NotSupported(
                        f"the parameters {other} and {name} share memory, so that training changes both at once\n"
                        "  make them one parameter, or give one a copy: .clone()"
                    )
            seen[name] = places
