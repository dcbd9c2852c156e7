"""Answers: small objects with the fields of the commands' JSON, that draw themselves in a notebook and become data frames."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from . import _native

if TYPE_CHECKING:
    import pandas as pd

    from .networks import Network


class Result:
    """An answer. Its attributes are the fields of the command's JSON; :meth:`to_dict` has all of them."""

    command: ClassVar[str] = ""
    _fields: dict[str, Any]
    _net: Network | None

    def __init__(self, fields: dict[str, Any], net: Network | None = None) -> None:
        # A field may have the name of a method or a property, which then answers for it.
        self.__dict__.update({name: value for name, value in fields.items() if not hasattr(type(self), name)})
        self._fields = fields
        self._net = net

    def __getattr__(self, name: str) -> Any:
        # A field that its class declares and the command left out is one that is not known.
        if any(name in vars(kind).get("__annotations__", {}) for kind in type(self).__mro__) and not name.startswith("_"):
            return None
        raise AttributeError(f"a {type(self).__name__} has no {name!r}")

    def to_dict(self) -> dict[str, Any]:
        """The fields, as the command's JSON has them.

        >>> import allocert
        >>> allocert.rank("lffn([2, 2])", "W1[0,:]").to_dict()["dim"]
        2
        """
        return dict(self._fields)

    def to_json(self) -> str:
        """The command's JSON.

        >>> import allocert
        >>> allocert.symmetries("lffn([1, 1])").to_json()[:26]
        '{"network":"lffn([1, 1])",'
        """
        return json.dumps(self._fields, ensure_ascii=False, separators=(",", ":"))

    def rows(self) -> list[dict[str, Any]]:
        """What a data frame of it has as rows.

        >>> import allocert
        >>> [(row["size"], row["dim"]) for row in allocert.rank("lffn([2, 2])", "W1[0,:]").rows()]
        [(2, 2)]
        """
        return [{name: value for name, value in self._fields.items() if not isinstance(value, (list, dict))}]

    def to_frame(self) -> pd.DataFrame:
        """A pandas data frame; ``attrs`` holds network, seed, version and error bound. (Polars: ``pl.from_dataframe``.)

        >>> import allocert
        >>> frame = allocert.scan("lffn([2, 2, 2])", sizes=4, progress=False).to_frame()
        >>> frame.shape, list(frame.columns), frame.attrs["seed"]
        ((2, 3), ['size', 'dim', 'allocations'], 1)
        """
        return frame(self.rows(), [self])

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in self._fields.items() if _is_short(value))
        return f"{type(self).__name__}({', '.join(shown)})"

    def __str__(self) -> str:
        """What the answer says, a line a thing: what ``print`` shows."""
        lines = (f"{name}: {text}" if name else text for name, text in self._lines())
        return "\n".join([self._title(), *(f"  {line}".replace("\n", "\n    ") for line in lines), *self._listed()])

    def _listed(self) -> Iterable[str]:
        """The rows that ``print`` shows below."""
        return []

    def _repr_html_(self) -> str:
        return page(self._title(), self._drawing(), self._lines())

    def _title(self) -> str:
        return str(self._fields.get("network", type(self).__name__))

    def _lines(self) -> Iterable[tuple[str, str]]:
        return [("evidence", evidence(self._fields))]

    def _drawing(self) -> str:
        text = self._fields.get("allocation")
        if self._net is None or text is None:
            return ""
        return grids(self._net, text)


def _is_short(value: object) -> bool:
    return value is not None and not isinstance(value, (list, dict)) and len(repr(value)) <= 60


class Rank(Result):
    """The reachable dimension of one allocation.

    >>> import allocert
    >>> answer = allocert.rank("lffn([2, 2, 2])", "W1[0,:] W2[:,0]")
    >>> answer.dim, answer.size, answer.teacher_dim, answer.spans
    (3, 4, 4, False)
    """

    command = "rank"
    network: str
    allocation: str
    samples: int | None
    size: int
    dim: int
    teacher_dim: int | None
    teacher_at_least: int | None
    labels: int
    spans: bool | None
    evidence: str
    error_log2: int | None
    reason: str
    teacher_evidence: str
    teacher_reason: str
    weights: int
    seed: int
    points: int
    draws: int | None
    patterns: int | None
    distribution: list[list[int]] | None
    teacher_distribution: list[list[int]] | None
    obstructions: list[dict[str, Any]]
    exchange: dict[str, Any] | None

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "reachable dimension", f"{self.dim} of {self.size} weights ({evidence(self._fields)}: {self.reason})"
        known = f"at least {self.teacher_at_least}" if self.teacher_dim is None else self.teacher_dim
        yield "teacher dimension", f"{known} ({self.teacher_reason})"
        yield "", {True: "it spans", False: "it does not span", None: "whether it spans is not known"}[self.spans]
        for flat in self.obstructions:
            yield "because", f"{flat['size']} of its weights are in {flat['description']}: dimension {flat['dim']}"
        if self.exchange:
            yield "better", "swap {out} for {new}: dimension {dim}".format(**self.exchange)


class Tabular(Result):
    """An answer whose rows are what a person wants to see."""

    def _listed(self) -> Iterable[str]:
        return aligned(self.rows())


class Scan(Tabular):
    """How many of all allocations of each size have each reachable dimension.

    >>> import allocert
    >>> allocert.scan("lffn([2, 2, 2])", sizes=4, progress=False).rows()[0]
    {'size': 4, 'dim': 3, 'allocations': 8}
    """

    command = "scan"
    network: str
    samples: int | None
    weights: int
    within: str
    teacher_dim: int
    counts: list[tuple[int, int, str]]
    orbits: int | None
    evidence: str
    error_log2: int | None
    seed: int

    def rows(self) -> list[dict[str, Any]]:
        return [{"size": size, "dim": dim, "allocations": int(number)} for size, dim, number in self.counts]

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "teacher dimension", str(self.teacher_dim)
        yield "evidence", f"{evidence(self._fields)} for the whole table"

    def _drawing(self) -> str:
        return table(self.rows())


class Orbits(Scan):
    """Every allocation up to symmetry, with its dimension; a row an orbit.

    >>> import allocert
    >>> sorted(allocert.orbits("lffn([2, 2])", sizes=1, progress=False).rows()[0])
    ['allocation', 'dim', 'orbit', 'size', 'spans']
    """

    _rows: list[dict[str, Any]]

    def __init__(self, fields: dict[str, Any], net: Network | None = None) -> None:
        rows = fields.pop("rows")
        super().__init__(fields, net)
        names = list(dict.fromkeys(name for row in rows for name in row))
        self._rows = [{name: row.get(name) for name in names} for row in rows]

    def rows(self) -> list[dict[str, Any]]:
        return self._rows

    def __len__(self) -> int:
        return len(self._rows)


class Law(Result):
    """The dimensions of all allocations in one formula: the complete list of reasons why weights are redundant.

    >>> import allocert
    >>> law = allocert.law("lffn([2, 2, 2])")
    >>> len(law.flats), law.complete
    (4, 'proved')
    """

    command = "law"
    network: str
    samples: int | None
    weights: int
    within: str
    teacher_dim: int
    formula: str
    latex: str
    flats: list[dict[str, Any]]
    kinds: list[dict[str, Any]]
    complete: str
    limit: str | None
    evidence: str | None
    error_log2: int | None
    theorem: str | None
    seed: int

    def rows(self) -> list[dict[str, Any]]:
        return [dict(flat) for flat in self.flats]

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "for every allocation A", self.formula
        known = evidence(self._fields)
        yield "complete", known if known == self.complete else f"{self.complete} ({known})"
        if self.limit:
            yield "stopped by", self.limit

    def _drawing(self) -> str:
        if self._net is None:
            return ""
        shown = (
            grids(self._net, flat["weights"], f"dim {flat['dim']}, {flat['orbit']} of them") for flat in self.flats[:8]
        )
        return "".join(shown)


class Match(Result):
    """With what probability a random student can match a random teacher.

    >>> import allocert
    >>> answer = allocert.match("pnn([3, 2, 1], 2)", "W1", trials=50, progress=False)
    >>> answer.probability
    0.375
    """

    command = "match"
    network: str
    allocation: str
    samples: int | None
    size: int
    dim: int
    teacher_dim: int
    spans: bool
    verdict: str
    reason: str
    evidence: str
    error_log2: int | None
    degree: int | None
    ensemble: str
    teacher: str | None
    taught_dim: int | None
    trials: int
    matched: int
    unmatched: int
    undecided: int
    seed: int

    @property
    def probability(self) -> float | None:
        """The match probability where a law settles it, or the share of matched instances; nothing where it is not known."""
        value = self._fields.get("probability")
        return None if value is None else float(value)

    @property
    def ci95(self) -> tuple[float, float] | None:
        """A 95 % interval for it; nothing where a law settles it."""
        interval = self._fields.get("ci95")
        return None if interval is None else (interval[0], interval[1])

    @property
    def enclosure(self) -> tuple[float, float] | None:
        """Two numbers between which a theorem proves it to lie, if there is one; they are the same where it gives the value."""
        ends = self._fields.get("enclosure")
        return None if ends is None else (ends[0], ends[1])

    def rows(self) -> list[dict[str, Any]]:
        (low, high), (least, most) = (ends or (None, None) for ends in (self.ci95, self.enclosure))
        ends = {"ci95_low": low, "ci95_high": high, "enclosure_low": least, "enclosure_high": most}
        return [super().rows()[0] | {"probability": self.probability} | ends]

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "verdict", f"{self.verdict}: {self.reason}"
        if self.ci95:
            shown = "" if self.probability is None else f"{self.probability:.4f}, "
            yield "probability", f"{shown}between {self.ci95[0]:.4f} and {self.ci95[1]:.4f} (95 %)"
        elif self.probability is not None:
            exact = self._fields.get("probability_exact")
            yield "probability", f"{exact} = {self.probability:.6g}" if exact else f"{self.probability:.6g}"
        elif self.enclosure:
            yield "probability", f"between {self.enclosure[0]:.6f} and {self.enclosure[1]:.6f} (proved)"
        known = evidence(self._fields)
        of_value = self.ci95 and self._fields.get("evidence") not in ("statistical", "open")
        yield "evidence", f"verdict {known}, value statistical" if of_value else known


class Classify(Tabular):
    """Every allocation of a small network by the verdict on its match probability.

    >>> import allocert
    >>> allocert.classify("lffn([1, 1])", progress=False).rows()[1]
    {'size': 1, 'zero': 0, 'one': 1, 'fractional': 0, 'undecided': 0}
    """

    command = "classify"
    network: str
    seed: int
    orbits: list[dict[str, Any]] | None

    def rows(self) -> list[dict[str, Any]]:
        if "rows" in self._fields:
            return [dict(row) for row in self._fields["rows"]]
        names = ("zero", "one", "fractional", "undecided")
        counts = enumerate(self._fields["counts"])
        return [{"size": size} | dict(zip(names, row, strict=True)) for size, row in counts]

    def _drawing(self) -> str:
        return table(self.rows())


class Design(Result):
    """A best allocation of so many weights, and why it cannot be bettered.

    >>> import allocert
    >>> answer = allocert.design("lffn([2, 2, 2])", 4)
    >>> answer.dim, answer.best
    (4, True)
    """

    command = "design"
    network: str
    allocation: str
    size: int
    dim: int
    teacher_dim: int | None
    best: bool
    reason: str
    verdict: str
    verdict_reason: str
    alternatives: list[dict[str, Any]]
    evidence: str
    error_log2: int | None
    seed: int

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "dimension", f"{self.dim} of the teacher's {self.teacher_dim or 'unknown'}"
        yield "best because" if self.best else "best?", f"{self.reason} ({evidence(self._fields)})"
        yield "verdict", f"{self.verdict}: {self.verdict_reason}"


class Train(Result):
    """What training found, held against what is possible.

    >>> import allocert
    >>> answer = allocert.train("lffn([2, 2])", "W1", trials=10, progress=False)
    >>> answer.trials, answer.successes, answer.consistent
    (10, 10, True)
    """

    command = "train"
    network: str
    allocation: str
    samples: int | None
    teacher: str | None
    size: int
    trials: int
    successes: int
    success_rate: float | None
    ci95: list[float]
    consistent: bool | None
    seed: int

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "success rate", f"{self.success_rate} ({self.ci95[0]:.4f} to {self.ci95[1]:.4f}, 95 %)"
        words = {True: "consistent with the theory", False: "INCONSISTENT with the theory", None: "not compared"}
        yield "", words[self.consistent]


class Compare(Tabular):
    """Training results from anywhere, held against the theory.

    >>> import allocert
    >>> row = {"network": "lffn([2, 2, 2])", "allocation": "W1", "trials": 100, "successes": 100}
    >>> answer = allocert.compare([row])
    >>> answer.consistent, answer.gaps, answer.contradictions
    (1, 0, 0)
    """

    command = "compare"
    file: str
    contradictions: int
    gaps: int
    consistent: int
    malformed: int
    seed: int

    def rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._fields["rows"]]

    def _drawing(self) -> str:
        return table(self.rows())


class Verify(Result):
    """The outcome of one claim: see :func:`allocert.verify`."""

    command = "verify"
    claim: str
    file: str
    expect: str
    outcome: str
    networks: int
    allocations: int
    evidence: str | None
    counterexample: dict[str, Any] | None
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Whether the outcome is the one that the claim expects."""
        return self.outcome == self.expect

    def _title(self) -> str:
        return self.claim

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield self.outcome, f"over {_counted(self.allocations, 'allocation')} of {_counted(self.networks, 'network')}"
        if self.evidence:
            yield "evidence", evidence(self._fields)
        if self._fields.get("reason"):
            yield "because", str(self._fields["reason"])
        if self.counterexample:
            of = self.counterexample
            yield "smallest counterexample", f"{of.get('network')} {of.get('allocation') or ''}"


class Check(Result):
    """What the independent checker says of a certificate: see :func:`allocert.check`."""

    command = "check"
    file: str
    verdict: str

    def _title(self) -> str:
        return self.file

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield self.verdict, str(self._fields.get("reason") or "")


class Symmetries(Result):
    """What leaves a network as it is: permutations of its weights, and gauge directions.

    >>> import allocert
    >>> len(allocert.symmetries("lffn([2, 2, 2])").gauge)
    4
    """

    command = "symmetries"
    network: str
    weights: int
    permutations: list[dict[str, Any]]
    sign_changes: list[dict[str, Any]]
    gauge: list[dict[str, Any]]

    def _lines(self) -> Iterable[tuple[str, str]]:
        for one in self.permutations:
            yield "permutation", one["name"]
        for one in self.sign_changes:
            yield "change of sign", one["change"]
        for one in self.gauge:
            yield f"gauge direction ({one['evidence']})", one["change"]
        if not (self.permutations or self.sign_changes or self.gauge):
            yield "", "none found"


Kind = TypeVar("Kind", bound=Result)


class Table(list[Kind], Generic[Kind]):
    """Answers to one question about several things, in order.

    >>> import allocert
    >>> [answer.size for answer in allocert.rank("lffn([2, 2])", ["W1", "none"])]
    [4, 0]
    """

    def to_frame(self) -> pd.DataFrame:
        """A pandas data frame with the rows of all of them.

        >>> import allocert
        >>> allocert.rank("lffn([2, 2, 2])", ["W1", "none"]).to_frame()["dim"].tolist()
        [4, 0]
        """
        return frame([row for result in self for row in result.rows()], self)

    def _repr_html_(self) -> str:
        kept = "allocation samples size dim spans evidence error_log2 verdict degree claim outcome file".split()
        rows = [row for result in self for row in result.rows()]
        return table([{name: row[name] for name in kept if row.get(name) is not None} for row in rows])


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def evidence(fields: dict[str, Any]) -> str:
    """How an answer is known: proved, error ≤ 2^-k, statistical or open."""
    name, bound = fields.get("evidence"), fields.get("error_log2")
    if name == "bounded" and bound is not None:
        return f"error ≤ 2^{bound}"
    return str(name or "open")


WHOLE = frozenset(
    "size dim teacher_dim labels weights seed points orbit draws patterns degree trials matched unmatched undecided "
    "allocations samples error_log2 row successes".split()
)
CATEGORIES = frozenset("network verdict evidence teacher_evidence outcome expect finding ensemble".split())


def frame(rows: list[dict[str, Any]], results: Sequence[Result]) -> pd.DataFrame:
    """Rows as a data frame: whole numbers as Int64 (missing where unknown), few words as categories."""
    try:
        import pandas as pd
    except ImportError as missing:
        raise ImportError("to_frame needs pandas\n  pip install pandas") from missing

    made = pd.DataFrame(rows)
    for name in made.columns:
        if name in WHOLE and not _beyond_a_word(made[name]):
            made[name] = made[name].astype("Int64")
        elif name in CATEGORIES:
            made[name] = made[name].astype("category")
    first = results[0].to_dict() if results else {}
    made.attrs = {
        name: first[name] for name in ("network", "samples", "seed", "evidence", "error_log2") if name in first
    }
    made.attrs["version"] = _native.__version__
    return made


def _beyond_a_word(column: Any) -> bool:
    return any(isinstance(value, int) and abs(value) >= 2**63 for value in column)


BESIDE = "display:inline-block;margin:.3em 1em .3em 0;vertical-align:top"
GRID = "border-collapse:collapse;width:auto;margin:0"
CELL = "width:1.1em;min-width:1.1em;height:1.1em;padding:0;border:1px solid #bbb"
MOST_CELLS = 40


def grids(net: Network, weights: str, caption: str = "") -> str:
    """The tensors as grids, learnable weights dark."""
    from .masks import to_masks

    shown = "".join(_grid(name, mask) for name, mask in to_masks(net.allocation(weights)).items())
    return f"<div>{html.escape(caption)}</div><div>{shown}</div>" if caption else f"<div>{shown}</div>"


def _grid(name: str, mask: Any) -> str:
    flat = mask.reshape(-1, mask.shape[-1] if mask.ndim > 1 else 1)
    cut = flat.shape[0] > MOST_CELLS or flat.shape[1] > MOST_CELLS
    body = "".join("<tr>" + "".join(_cell(bool(on)) for on in row[:MOST_CELLS]) + "</tr>" for row in flat[:MOST_CELLS])
    shape = " × ".join(str(length) for length in mask.shape) or "number"
    more = f", first {MOST_CELLS} shown" if cut else ""
    title = f"{html.escape(name)} <small>({shape}, {int(mask.sum())} learn{more})</small>"
    # The title stands above, not in the table, which it would stretch: cells are squares.
    return f'<div style="{BESIDE}"><div style="white-space:nowrap">{title}</div><table style="{GRID}">{body}</table></div>'


def _cell(on: bool) -> str:
    return (
        f'<td style="{CELL};background:{"#1f6f8b" if on else "#f4f4f4"}" title="{"learns" if on else "frozen"}"></td>'
    )


def table(rows: Sequence[dict[str, Any]], most: int = 60) -> str:
    """Rows as an HTML table, the first of them if they are many."""
    names = list(dict.fromkeys(name for row in rows[:most] for name in row))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_text(row.get(name)))}</td>" for name in names) + "</tr>"
        for row in rows[:most]
    )
    more = f"<div>… {len(rows) - most} more rows (all with .to_frame())</div>" if len(rows) > most else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def aligned(rows: Sequence[dict[str, Any]], most: int = 60) -> list[str]:
    """Rows as lines with aligned columns, the first of them if they are many."""
    names = list(dict.fromkeys(name for row in rows[:most] for name in row))
    cells = [names] + [[_text(row.get(name)) for name in names] for row in rows[:most]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    lines = ["  " + "  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)) for row in cells]
    return [*lines, f"  … {len(rows) - most} more rows (all with .to_frame())"] if len(rows) > most else lines


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def page(title: str, drawing: str, lines: Iterable[tuple[str, str]]) -> str:
    """A title, a drawing, and lines of a name and a text."""
    rows = "".join(
        f'<tr><td style="text-align:left;padding-right:1em;vertical-align:top">{html.escape(name)}</td>'
        f'<td style="text-align:left;white-space:pre-wrap">{html.escape(text)}</td></tr>'
        for name, text in lines
    )
    return f"<div><code>{html.escape(title)}</code>{drawing}<table><tbody>{rows}</tbody></table></div>"
