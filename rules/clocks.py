"""Which moments a claimed time may stand for.

A claim is told by another clock than the portal's, and often without its fractions or its seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

CLOCK = "clock"
# By how much another clock may be ahead or behind. A choice of ours, not law. A ruleset of before
# has no such setting: what was judged by it is found again as it was found then.
CLOCK_DEFAULTS = {"minutes": "5"}
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """The moments that a claim may stand for: from the first to the last, both included."""

    first: datetime
    last: datetime


def span_of(claimed: datetime, settings: Mapping[str, str]) -> Span:
    """Return what a claimed time may mean, by a ruleset's settings as `CLOCK_DEFAULTS`.

    Without seconds it means its minute, without fractions its second.
    """
    rest = timedelta(minutes=1) - TICK if _is_minute(claimed) else timedelta(0)
    if not settings:
        return Span(claimed, claimed + rest)
    if not rest and not claimed.microsecond:
        rest = timedelta(seconds=1) - TICK
    apart = timedelta(seconds=int(Fraction(settings["minutes"]) * 60))
    return Span(claimed - apart, claimed + rest + apart)


def _is_minute(claimed: datetime) -> bool:
    return not (claimed.second or claimed.microsecond)
