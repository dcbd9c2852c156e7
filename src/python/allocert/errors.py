"""The family of exceptions. Their words are those of the commands."""

from __future__ import annotations

import json
from typing import Any


class AllocertError(Exception):
    """What was asked cannot be answered; the message says what is wrong, where, and the mend."""


class ShapeError(AllocertError, ValueError):
    """An expression that gives no network, or an operation of a forward pass whose shapes do not fit."""


class MaskError(AllocertError, ValueError):
    """An allocation that is not one of the network: a wrong shape, an unknown name, a transposed mask, unreadable text."""


class NotSupported(AllocertError, NotImplementedError):  # noqa: N818
    """A question that has no answer for this kind of network, or a layer that cannot be read."""


class LimitReached(AllocertError):  # noqa: N818
    """A stated limit stopped the work. ``partial`` holds the fields of what was found by then, if there is anything."""

    partial: dict[str, Any] | None

    def __init__(self, message: str, partial: str | None = None) -> None:
        super().__init__(message)
        self.partial = None if partial is None else json.loads(partial)
