"""The table: one row for each contender on each path, in Markdown."""

import statistics
from collections.abc import Iterable, Sequence

from bench.contenders import PATHS
from bench.rounds import Sample
from bench.statements import Count

TITLE = (
    "path",
    "contender",
    "req/s (min–max)",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "SQL (round trips)",
    "CPU ms web + PostgreSQL",
    "client CPU ms",
    "× naive (min–max), by CPU",
    "× wsgi (min–max), by CPU",
)
STANDARDS = ("naive", "wsgi")  # what the others are held against
Counts = dict[str, dict[str, Count]]  # by contender and path


def table(rounds: list[list[Sample]], counts: Counts) -> str:
    names = list(counts)
    rows = [_row(rounds, counts, path, name) for path in PATHS for name in names]
    return as_table(TITLE, rows)


def as_table(title: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(map(_line, [title, ["---"] * len(title), *rows]))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(rounds: list[list[Sample]], counts: Counts, path: str, name: str) -> list[str]:
    mine = [_of(each, path, name) for each in rounds]
    count = counts[name][path]
    return [
        path,
        name,
        _spread([sample.per_s for sample in mine], "{:.0f}"),
        *(f"{_median(mine, field):.1f}" for field in ("p50", "p95", "p99")),
        f"{count.statements} ({count.messages})",
        f"{_median(mine, 'server'):.2f} + {_median(mine, 'postgres'):.2f}",
        f"{_median(mine, 'client'):.2f}",
        *(_ratio(rounds, path, name, other) if other in counts else "–" for other in STANDARDS),
    ]


def _ratio(rounds: list[list[Sample]], path: str, name: str, other: str) -> str:
    """Of the speeds in one round, so that what disturbs both counts less; then of the costs.

    Neighbors on the machine disturb the speeds, and hardly the processor time.
    """
    pairs = [(_of(each, path, name), _of(each, path, other)) for each in rounds]
    speeds = [mine.per_s / theirs.per_s for mine, theirs in pairs]
    costs = [theirs.processor / mine.processor for mine, theirs in pairs]
    return f"{_spread(speeds, '{:.2f}')}, {statistics.median(costs):.2f}"


def _of(samples: list[Sample], path: str, name: str) -> Sample:
    return next(each for each in samples if (each.path, each.contender) == (path, name))


def _spread(values: list[float], form: str) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{form.format(middle)} ({form.format(low)}–{form.format(high)})"


def _median(samples: list[Sample], field: str) -> float:
    return statistics.median(getattr(sample, field) for sample in samples)
