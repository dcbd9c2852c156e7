"""Drawings with matplotlib. Each takes ``ax`` (or makes a figure of its own) and gives the axes back."""

from __future__ import annotations

from typing import Any

from . import results
from .masks import AllocationLike, to_masks
from .networks import NetworkLike, as_network

DARK, LIGHT = "#1f6f8b", "#f4f4f4"


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as missing:
        raise ImportError("plots need matplotlib\n  pip install matplotlib") from missing
    return plt


def allocation(net: NetworkLike, weights: AllocationLike, axes: Any = None) -> Any:
    """The tensors as grids, one beside the other, learnable weights dark; ``axes`` has one for each tensor.

    >>> [ax.get_title() for ax in allocation("lffn([2, 3, 1])", "W1[0,:]")]
    ['W1', 'W2']
    """
    from matplotlib.colors import ListedColormap

    net = as_network(net)
    masks = to_masks(net.allocation(weights))
    if axes is None:
        _, axes = _pyplot().subplots(1, len(masks), figsize=(2.2 * len(masks), 2.4), squeeze=False)
        axes = axes[0]
    for ax, (name, mask) in zip(axes, masks.items(), strict=True):
        grid = mask.reshape(-1, mask.shape[-1] if mask.ndim > 1 else 1)
        ax.pcolormesh(grid, cmap=ListedColormap([LIGHT, DARK]), vmin=0, vmax=1, edgecolors="#bbbbbb", linewidth=0.5)
        ax.set(title=name, aspect="equal", xticks=[], yticks=[])
        ax.invert_yaxis()
    return axes


def dimensions(scan: results.Scan, ax: Any = None) -> Any:
    """Of each size, how many allocations have which dimension: areas are shares, on the line are those that are independent.

    >>> import allocert
    >>> dimensions(allocert.scan("lffn([2, 2, 2])", progress=False)).get_xlabel()
    'learnable weights'
    """
    rows = scan.rows()
    all_of = {row["size"]: 0 for row in rows}
    for row in rows:
        all_of[row["size"]] += row["allocations"]
    ax = _pyplot().subplots()[1] if ax is None else ax
    sizes = [300 * row["allocations"] / all_of[row["size"]] for row in rows]
    ax.scatter([row["size"] for row in rows], [row["dim"] for row in rows], s=sizes, color=DARK)
    key = [ax.scatter([], [], s=300 * share, color=DARK, label=f"{share:.0%}") for share in (1, 0.5, 0.1)]
    ax.legend(handles=key, title="of the size", frameon=False, loc="lower right", labelspacing=1)
    _whole_ticks(ax)
    ax.plot([0, scan.teacher_dim, max(all_of)], [0, scan.teacher_dim, scan.teacher_dim], color="#bbbbbb", zorder=0)
    ax.set(xlabel="learnable weights", ylabel="reachable dimension", title=f"{scan.network} (seed {scan.seed})")
    return ax


def flats(law: results.Law, ax: Any = None) -> Any:
    """The law's flats by size and dimension: the farther below the line, the more weights are redundant there.

    Beside each point stands how many flats have this size and dimension.

    >>> import allocert
    >>> flats(allocert.law("lffn([2, 2, 2])")).get_ylabel()
    'its dimension'
    """
    ax = _pyplot().subplots()[1] if ax is None else ax
    rows = law.rows()
    ax.scatter([row["size"] for row in rows], [row["dim"] for row in rows], color=DARK)
    number: dict[tuple[int, int], int] = {}
    for row in rows:
        place = (row["size"], row["dim"])
        number[place] = number.get(place, 0) + int(row["orbit"])
    for place, images in number.items():
        ax.annotate(f" {images:,} ×", place, va="center", fontsize="small")
    _whole_ticks(ax)
    most = max((row["size"] for row in rows), default=1)
    ax.plot([0, most], [0, most], color="#bbbbbb", zorder=0)
    title = f"{law.network}: reasons of redundancy ({law.complete})"
    ax.set(xlabel="weights of the flat", ylabel="its dimension", title=title)
    return ax


def _whole_ticks(ax: Any) -> None:
    """Sizes and dimensions are integers, and so are the ticks."""
    from matplotlib.ticker import MaxNLocator

    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def matches(answers: list[results.Match], ax: Any = None) -> Any:
    """Match probabilities against the number of samples, with their intervals; where a law settles one it is a cross.

    Each allocation has a colour of its own.

    >>> import allocert
    >>> answers = [allocert.match("lffn([2, 2, 2])", "W1", samples=m, progress=False) for m in (1, 2)]
    >>> matches(answers).get_ylabel()
    'match probability'
    """
    ax = _pyplot().subplots()[1] if ax is None else ax
    names = list(dict.fromkeys((answer.network, answer.allocation) for answer in answers))
    colours = {name: DARK if len(names) == 1 else f"C{i}" for i, name in enumerate(names)}
    labelled = set()
    for answer in answers:
        name = (answer.network, answer.allocation)
        place = "functional" if answer.samples is None else str(answer.samples)
        low, high = answer.ci95 or answer.enclosure or (None, None)
        if low is not None and high is not None:
            ax.plot([place, place], [low, high], color=colours[name])
        if answer.probability is not None:
            label = None if name in labelled else " ".join(name)
            ax.plot([place], [answer.probability], "o" if answer.ci95 else "x", color=colours[name], label=label)
            labelled.add(name)
    if len(names) > 1:
        ax.legend(frameon=False, fontsize="small")
    ax.set(xlabel="samples", ylabel="match probability", ylim=(-0.05, 1.05))
    return ax
