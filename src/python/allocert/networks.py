"""Networks: the families, forward passes of one's own, and networks made from others."""

from __future__ import annotations

import copy
import functools
import hashlib
import operator
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from . import _native
from .errors import AllocertError, MaskError, NotSupported, ShapeError
from .masks import AllocationLike, Mask, allocation, bits, position
from .numbers import count, exact

if TYPE_CHECKING:
    from .tensors import Tensor

_NETWORKS = "give a Network, or text such as 'lffn([2, 2, 2])'"
NetworkLike: TypeAlias = "Network | str"
Shape = int | Sequence[int]
Recipe: TypeAlias = "tuple[Callable[..., Network], tuple[Any, ...]]"


class Network:
    """A network: named tensors of weights, and labels that are computed from them and an input.

    ``Network("lffn([2, 2, 2])")`` reads an expression of the claim language; ``use`` names files (``*.star``) that define
    networks of one's own. See also :func:`lffn`, :func:`family`, :func:`network`, :func:`from_torch`.

    >>> net = Network("lffn([2, 3, 1])")
    >>> net.shapes
    {'W1': (3, 2), 'W2': (1, 3)}
    """

    __slots__ = ("_inner", "_recipe", "notes")

    _inner: _native.Network
    _recipe: Recipe
    notes: tuple[str, ...]
    """What was done to the network on its way here, such as masks of pruning that were recognised."""

    def __init__(self, text: str, *, use: Iterable[str | os.PathLike[str]] = ()) -> None:
        files = [os.fspath(path) for path in use]
        self._inner = _native.Network.read(text, files) if files else _read_alone(text)
        texts = tuple((Path(path).name, Path(path).read_text(encoding="utf-8")) for path in files)
        self._recipe = (_read, (text, texts))
        self.notes = ()

    @classmethod
    def _of(cls, native: _native.Network, recipe: Recipe, notes: tuple[str, ...] = ()) -> Network:
        made = cls.__new__(cls)
        made._inner = native
        made._recipe = recipe
        made.notes = notes
        return made

    @property
    def weights(self) -> int:
        """The number of weights.

        >>> lffn([2, 3, 1]).weights
        9
        """
        return self._inner.weights

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor, by name, in canonical order.

        >>> lffn([2, 3, 1]).shapes
        {'W1': (3, 2), 'W2': (1, 3)}
        """
        return {name: tuple(shape) for name, shape in self._inner.tensors}

    @property
    def inputs(self) -> tuple[int, ...]:
        """The shape of one input.

        >>> lffn([2, 3, 1]).inputs, lrnn(1, 2, 1, 5).inputs
        ((2,), (5,))
        """
        return tuple(self._inner.inputs)

    @property
    def labels(self) -> int:
        """The number of labels of one input.

        >>> lffn([2, 3, 1]).labels
        1
        """
        return self._inner.labels

    @property
    def family(self) -> str:
        """``lffn``, ``lrnn``, ``pnn``, ``relu``, or the name of a network of one's own.

        >>> lffn([2, 3, 1]).family
        'lffn'
        """
        return self._inner.family

    @property
    def kind(self) -> str:
        """``polynomial``, ``analytic`` (exponentials, quotients, roots) or ``kinks`` (relu).

        >>> lffn([2, 1]).kind, relu([2, 1, 1]).kind
        ('polynomial', 'kinks')
        """
        return self._inner.kind

    @property
    def program(self) -> str | None:
        """The forward pass as a list of steps, if it was recorded.

        >>> print(network(lambda x, w: w * x, inputs=1, weights={"w": 1}).program)
        program with 1 weights and 1 inputs
        s0 = w0 * x0
        outputs s0
        """
        return self._inner.program

    def allocation(self, weights: AllocationLike) -> _native.Allocation:
        """Which weights may learn: see :mod:`allocert.masks` for all that is understood.

        >>> Network("lffn([2, 2])").allocation("W1[0,:]").text
        'W1[0,0] W1[0,1]'
        """
        return allocation(self._inner, weights)

    def mask(self, weights: AllocationLike) -> dict[str, Mask]:
        """The same as boolean arrays of the shapes of the tensors, by name.

        >>> Network("lffn([2, 3])").mask("W1[0,:]")["W1"].sum(axis=1)
        array([2, 0, 0])
        """
        from .masks import to_masks

        return to_masks(self.allocation(weights))

    def pin(self, pins: Mapping[str, Any]) -> Network:
        """The network in which these weights are numbers and weights no longer.

        ``pins`` maps either weights in text to a number (``{"W1[0,:]": 0}``), or the name of a tensor to a pair
        ``(mask, value)``: where the boolean mask is true, the entries are those of ``value`` (a number, or an array of the
        tensor's shape).

        Floats are taken as the fractions that they are.

        >>> Network("lffn([2, 2])").pin({"W1[0,:]": 0}).weights
        2
        """
        return Network._of(
            self._inner.pin(list(self._pins(pins))), (Network.pin, (self, copy.deepcopy(dict(pins)))), self.notes
        )

    def _pins(self, pins: Mapping[str, Any]) -> Iterable[tuple[_native.Allocation, str]]:
        import numpy as np

        for name, value in pins.items():
            if not isinstance(value, tuple) and np.ndim(_array(value)):
                raise MaskError(f"{name}: a pin is a pair (mask, value)\n  pin={{{name!r}: (mask, 0)}}")
            if not isinstance(value, tuple):
                chosen = self._inner.read_allocation(name)
                if chosen.size == 0:
                    raise MaskError(f"{name!r} names no weight\n  name at least one, as in 'W1[0,:]'")
                yield chosen, exact(value)
                continue
            if len(value) != 2:
                raise MaskError(f"{name}: a pin is a pair (mask, value)\n  pin={{{name!r}: (mask, 0)}}")
            yield from self._pinned_entries(name, *value)

    def _pinned_entries(self, name: str, mask: Any, value: Any) -> Iterable[tuple[_native.Allocation, str]]:
        import numpy as np

        chosen = bits(self._inner, name, mask)
        values = np.asarray(_array(value))
        if values.dtype.kind == "O" and any(value is None for value in values.flat):
            raise MaskError(f"{name}: None is no value\n  pin={{{name!r}: (mask, 0)}}")
        if values.shape not in ((), chosen.shape):
            raise MaskError(f"{name}: the value has shape {values.shape}, and the tensor {chosen.shape}")
        values = np.broadcast_to(values, chosen.shape)
        # One allocation for each number: mostly there is one number, 0.
        for number in np.unique(values[chosen]):
            where = (chosen & (values == number)).tobytes()
            yield self._inner.masked([(name, where)]), exact(number)

    def freeze(self, learns: AllocationLike, seed: int = 1) -> Network:
        """The network whose weights are those that may learn, all others being integers drawn at random: for large networks.

        Its dimensions are found in a moment where few weights of many learn, and the dimension of all is not asked for. What is
        found is a lower bound of the dimension in the whole network, and equal to it but for unlucky numbers (another seed draws
        others); where it is the number of weights that learn, it is that dimension. What spans here need not span there.

        >>> net = lffn([2, 3, 2])
        >>> small = net.freeze("W1[0,:] W2[:,0]")
        >>> small.weights, small.notes
        (4, ('8 weights are frozen at integers drawn with seed 1: dimensions are lower bounds',))
        """
        import numpy as np

        draw = np.random.default_rng(count("seed", seed))
        masks = self.mask(learns)
        frozen = self.weights - self.allocation(learns).size
        if frozen == self.weights:
            raise MaskError("no weight is left to learn\n  name at least one")
        if frozen == 0:
            return self
        pins = {
            name: (~mask, draw.integers(1, 4096, mask.shape) * draw.choice([-1, 1], mask.shape))
            for name, mask in masks.items()
            if not mask.all()
        }
        made = self.pin(pins)
        made.notes += (f"{frozen:,} weights are frozen at integers drawn with seed {seed}: dimensions are lower bounds",)
        return made

    def tie(self, *groups: AllocationLike) -> Network:
        """The network in which the weights of each group are one weight.

        >>> Network("lffn([2, 2])").tie("W1[0,0] W1[1,1]").weights
        3
        """
        tied = [self.allocation(group) for group in groups]
        recipe = (Network.tie, (self, *(group.text for group in tied)))
        return Network._of(self._inner.tie(tied), recipe, self.notes)

    def observe(self, labels: Sequence[int]) -> Network:
        """The network that shows only these of its labels, counted from 0.

        >>> Network("lffn([2, 2])").observe([0]).labels
        1
        """
        chosen = [position(label, "label") for label in labels]
        return Network._of(self._inner.observe(chosen), (Network.observe, (self, chosen)), self.notes)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """It is pickled as what made it, and held against what it was when it is made again.

        A forward pass has to be one that can be pickled (with cloudpickle, any).
        """
        return _made, (*self._recipe, self.notes, self._digest())

    def _digest(self) -> str:
        said = repr((str(self), self.shapes, self.inputs, self.labels, self.program))
        return hashlib.sha256(said.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self._inner == other._inner

    def __hash__(self) -> int:
        return hash(self._inner)

    def __str__(self) -> str:
        return self._inner.text

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {shape}" for name, shape in list(self.shapes.items())[:12])
        more = ", …" if len(self.shapes) > 12 else ""
        return f"<{self}: {self.weights} weights in {shapes}{more}>"


@functools.lru_cache(maxsize=256)
def _read_alone(text: str) -> _native.Network:
    """The network of an expression that needs no file. What the language holds of each that it reads is not given back."""
    return _native.Network.read(text, [])


def _read(text: str, files: tuple[tuple[str, str], ...]) -> Network:
    """A network of an expression, and of the texts of the files that it uses."""
    if not files:
        return Network(text)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}-{name}" for number, (name, _) in enumerate(files)]
        for path, (_, content) in zip(paths, files, strict=True):
            path.write_text(content, encoding="utf-8")
        return Network(text, use=paths)


def _made(make: Callable[..., Network], arguments: tuple[Any, ...], notes: tuple[str, ...], digest: str) -> Network:
    made = make(*arguments)
    if made._digest() != digest:
        raise AllocertError(
            f"{made} is not the network that was pickled: what it is made of has changed since\n"
            "  make it anew, and pickle that"
        )
    made.notes = notes
    return made


def _array(value: Any) -> Any:
    """A torch tensor as a NumPy array; anything else as it is."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def as_network(net: NetworkLike) -> Network:
    """A network, or the network that an expression names."""
    if isinstance(net, Network):
        return net
    if isinstance(net, str):
        return Network(net)
    mend = "call allocert.from_torch(module, example_input) first" if hasattr(net, "named_parameters") else _NETWORKS
    raise NotSupported(f"{type(net).__name__} is not a network\n  {mend}")


def _literal(value: Any) -> str:
    if isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(_literal(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) or len(value) != 1 else f"({inside},)"
    if hasattr(value, "item"):
        return _literal(value.item())
    raise AllocertError(f"{value!r} is no shape of a network\n  give integers, truth values, strings, or lists of them")


def family(name: str, *shape: Any, use: Iterable[str | os.PathLike[str]] = (), **named: Any) -> Network:
    """The member of a family of networks: ``family("lora", d=4, r=1)``. The command ``allocert families`` lists them.

    >>> family("mlp", [2, 3, 1], activation="tanh")
    <mlp(widths=[2, 3, 1], activation="tanh", bias=False): 9 weights in W1 (3, 2), W2 (1, 3)>
    """
    arguments = [_literal(value) for value in shape] + [f"{key}={_literal(value)}" for key, value in named.items()]
    return Network(f"{name}({', '.join(arguments)})", use=use)


def lffn(widths: Sequence[int], bias: bool = False) -> Network:
    """A linear feedforward network y = W_L ⋯ W_1 x, with tensors ``W1`` (widths[1] × widths[0]), …, and ``b1``, ….

    >>> lffn([2, 2, 2]).weights
    8
    """
    return family("lffn", list(widths), bias=bias) if bias else family("lffn", list(widths))


def lrnn(inputs: int, hidden: int, outputs: int, steps: int, readout: str = "last") -> Network:
    """A linear recurrent network h_t = W h_{t−1} + B x_t, y = D h_T (``readout="last"``) or every D h_t (``"all"``).

    >>> lrnn(1, 2, 1, 5).shapes
    {'D': (1, 2), 'B': (2, 1), 'W': (2, 2)}
    """
    return family("lrnn", inputs=inputs, hidden=hidden, outputs=outputs, steps=steps, readout=readout)


def pnn(widths: Sequence[int], degree: int | Sequence[int], bias: bool = False) -> Network:
    """A feedforward network with hidden activation z ↦ z**degree (one degree, or one for each hidden layer).

    >>> pnn([2, 3, 1], 2).shapes
    {'W1': (3, 2), 'W2': (1, 3)}
    """
    degrees = degree if isinstance(degree, int) else list(degree)
    return family("pnn", list(widths), degrees, bias=True) if bias else family("pnn", list(widths), degrees)


def relu(widths: Sequence[int], bias: bool = False) -> Network:
    """A feedforward network with hidden activation max(z, 0).

    >>> relu([2, 3, 1], bias=True).shapes
    {'W1': (3, 2), 'b1': (3,), 'W2': (1, 3), 'b2': (1,)}
    """
    return family("relu", list(widths), bias=True) if bias else family("relu", list(widths))


def network(
    forward: Callable[..., Any],
    *,
    inputs: Shape,
    weights: Mapping[str, Shape],
    name: str | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Network:
    """A network of one's own, from its forward pass.

    ``forward`` is called once, with symbolic tensors that follow NumPy: the input (of the shape ``inputs``), then each tensor
    of ``weights`` by its name, or in order if the parameters have other names. The entries of what it returns are the labels.
    ``fixed`` are pins, as in :meth:`Network.pin`.

    >>> import numpy as np
    >>> def forward(x, W, v):
    ...     return v @ np.tanh(W @ x)
    >>> network(forward, inputs=2, weights={"W": (3, 2), "v": 3})
    <forward: 9 weights in W (3, 2), v (3,)>
    """
    from .tensors import Tensor, as_tensor

    given = {tensor: _shape(shape) for tensor, shape in weights.items()}
    called = _call_name(name or str(getattr(forward, "__name__", "network")))

    def record(x: _native.Tensor, tensors: list[_native.Tensor]) -> _native.Tensor:
        symbols = {key: Tensor(tensor) for key, tensor in zip(given, tensors, strict=True)}
        output = _called(forward, Tensor(x), symbols)
        return as_tensor(Tensor(x), output)._inner

    native = _native.Network.record(called, _shape(inputs), list(given.items()), record)
    made = Network._of(native, (_network, (forward, inputs, dict(weights), name)))
    return made.pin(fixed) if fixed else made


def _network(forward: Callable[..., Any], inputs: Shape, weights: Mapping[str, Shape], name: str | None) -> Network:
    return network(forward, inputs=inputs, weights=weights, name=name)


def _shape(shape: Shape) -> list[int]:
    given = shape if isinstance(shape, Iterable) and not isinstance(shape, str) else [shape]
    lengths = []
    for length in given:
        try:
            lengths.append(operator.index(length))
        except TypeError:
            raise ShapeError(f"{shape!r} is no shape\n  give an integer, or integers in a tuple") from None
    if any(length < 0 for length in lengths):
        raise ShapeError(f"{shape!r} is no shape\n  lengths are 1 or more")
    return lengths


def _call_name(name: str) -> str:
    """A name that a network can have."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "network"
    plain = plain if plain[0].isalpha() else f"network_{plain}"
    taken = plain.lower() in ("lffn", "lrnn", "pnn", "relu")
    return f"{plain}_network" if taken else plain


def _called(forward: Callable[..., Any], x: Tensor, weights: dict[str, Tensor]) -> Any:
    """Calls a forward pass with its weights by name where its parameters are named so, otherwise in order."""
    import inspect

    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        return forward(x, *weights.values())
    named = [p.name for p in parameters[1:] if p.kind is not p.VAR_KEYWORD]
    if set(weights) <= set(named) or any(p.kind is p.VAR_KEYWORD for p in parameters):
        return forward(x, **weights)
    stray = [name for name in named if name in weights]
    if stray:
        missing = sorted(set(weights) - set(named))
        raise AllocertError(
            f"forward has a parameter for {', '.join(stray)}, and none for {', '.join(missing)}\n"
            f"  write forward(x, {', '.join(weights)})"
        )
    return cast(Any, forward)(x, *weights.values())
