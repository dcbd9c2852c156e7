"""allocert: what a neural network can express when only some of its weights may learn.

>>> import allocert
>>> allocert.rank(allocert.lffn([2, 2, 2]), "W1[0,:] W2[:,0]").dim
3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._native import Allocation, __version__
from .claims import Outcome, claim
from .cluster import Part, Task, merge, shards
from .errors import AllocertError, LimitReached, MaskError, NotSupported, ShapeError
from .networks import Network, family, lffn, lrnn, network, pnn, relu
from .questions import (
    check,
    classify,
    compare,
    design,
    law,
    match,
    orbits,
    rank,
    scan,
    symmetries,
    train,
    verify,
)

if TYPE_CHECKING:
    from . import plots, tensors
    from .jax import from_jax, named_leaves
    from .torch import from_peft, from_torch, trainable

__all__ = [
    "Allocation",
    "AllocertError",
    "LimitReached",
    "MaskError",
    "Network",
    "NotSupported",
    "Outcome",
    "Part",
    "ShapeError",
    "Task",
    "__version__",
    "check",
    "claim",
    "classify",
    "compare",
    "design",
    "family",
    "from_jax",
    "from_peft",
    "from_torch",
    "law",
    "lffn",
    "lrnn",
    "match",
    "merge",
    "named_leaves",
    "network",
    "orbits",
    "plots",
    "pnn",
    "rank",
    "relu",
    "scan",
    "shards",
    "symmetries",
    "tensors",
    "train",
    "trainable",
    "verify",
]


def __getattr__(name: str) -> Any:
    # NumPy takes longer to import than all else here, and only these need it at once.
    import importlib

    if name in ("plots", "tensors"):
        return importlib.import_module(f".{name}", __name__)
    if name in ("from_jax", "named_leaves"):
        return getattr(importlib.import_module(".jax", __name__), name)
    if name in ("from_peft", "from_torch", "trainable"):
        return getattr(importlib.import_module(".torch", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
