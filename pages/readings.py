"""How else a number that was typed can be read."""

import re
from collections.abc import Iterable
from decimal import Decimal

from precursors.signs import plain

# One comma and no point: the two halves of the world read it in two ways.
AMBIGUOUS = re.compile(r"([0-9]+),([0-9]{1,3})")
# Three digits behind the last separator: it may stand before decimals or before thousands.
THREE_DIGITS = re.compile(r"([0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})*)[., \u00a0\u202f]([0-9]{3})")
MUCH = 10  # times nearer
FURTHEST = 2  # times what is expected, for a reading to be plausible


def readings(typed: str) -> list[str]:
    """What a single comma may mean: a group of thousands, or the decimals. Empty: no doubt."""
    match = AMBIGUOUS.fullmatch(plain(typed))
    return _both(*match.groups()) if match else []


def all_readings(typed: str) -> list[str]:
    """What the last separator may mean, whichever it is. Empty: there is one reading."""
    match = THREE_DIGITS.fullmatch(plain(typed))
    return readings(typed) or (_both(*match.groups()) if match else [])


def doubtful_readings(typed: str, number: Decimal, expected: Iterable[Decimal]) -> list[str]:
    """All readings, where another than `number` is much nearer to a figure that is expected."""
    figures = [figure for figure in expected if figure > 0]
    found = all_readings(typed)
    others = [other for other in map(Decimal, found) if other > 0 and other != number]
    if not figures or not others or number <= 0:
        return []
    is_nearer = MUCH * _distance(others[0], figures) <= _distance(number, figures)
    return found if is_nearer and others[0] <= FURTHEST * max(figures) else []


def _distance(number: Decimal, figures: list[Decimal]) -> Decimal:
    """How many times larger or smaller it is than the nearest figure."""
    return min(max(number / figure, figure / number) for figure in figures)


def _both(whole: str, rest: str) -> list[str]:
    whole = re.sub(r"[^0-9]", "", whole)
    return [_bare(whole + rest), _bare(f"{whole}.{rest}")]


def _bare(number: str) -> str:
    whole, point, decimals = number.partition(".")
    return (whole.lstrip("0") or "0") + (point + decimals).rstrip("0").rstrip(".")
