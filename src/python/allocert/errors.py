"""The family of exceptions. Their words are those of the commands."""

from __future__ import annotations

import json
from typing import Any


class AllocertError(Exception):
    """What was asked cannot be answered; the message says what is wrong, where, and the mend.

    >>> import allocert
    >>> try:
    ...     allocert.lffn([2, 2]).allocation("W7")
    ... except AllocertError as wrong:
    ...     print(type(wrong).__name__)
    MaskError
    """


class ShapeError(AllocertError, ValueError):
    """An expression that gives no network, or an operation of a forward pass whose shapes do not fit.

    >>> import allocert
    >>> allocert.network(lambda x, W: W @ x, inputs=3, weights={"W": (2, 2)})
    Traceback (most recent call last):
        ...
    allocert.errors.ShapeError: dot: shapes (2, 2) and (3,) do not fit: 2 columns of the first against 3 rows of the second
      the last axis of the first must be as long as the last but one (or the only one) of the second
    """


class MaskError(AllocertError, ValueError):
    """An allocation that is not one of the network: a wrong shape, an unknown name, a transposed mask, unreadable text.

    >>> import allocert, numpy as np
    >>> allocert.lffn([3, 2]).allocation({"W1": np.ones((3, 2), dtype=bool)})
    Traceback (most recent call last):
        ...
    allocert.errors.MaskError: the mask of W1 has shape (3, 2), and the tensor (2, 3); it looks transposed
      give W1.T: rows are outputs, columns inputs
    """


class NotSupported(AllocertError, NotImplementedError):  # noqa: N818
    """A question that has no answer for this kind of network, or a layer that cannot be read.

    >>> import allocert
    >>> try:
    ...     allocert.law(allocert.relu([2, 2, 1]))
    ... except NotSupported as wrong:
    ...     print(str(wrong)[:44])
    relu([2, 2, 1]): its label map has kinks, so
    """


class LimitReached(AllocertError):  # noqa: N818
    """A stated limit stopped the work. ``partial`` holds the fields of what was found by then, if there is anything.

    >>> import allocert
    >>> try:
    ...     allocert.scan("lffn([4, 4, 4, 3])", time_limit=0.2, progress=False)
    ... except LimitReached as limit:
    ...     print(limit.partial is None or limit.partial["partial"])
    True
    """

    partial: dict[str, Any] | None

    def __init__(self, message: str, partial: str | None = None) -> None:
        super().__init__(message)
        self.partial = None if partial is None else json.loads(partial)
