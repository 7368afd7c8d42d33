"""docs/security/asvs.md has every requirement of the levels 1 and 2, and names what exists."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from launcher.environment import ROOT

PAGE = (ROOT / "docs" / "security" / "asvs.md").read_text()
ROW = re.compile(r"^\| ([0-9.]+)(?: – ([0-9.]+))? \| [^|]+ \| (\w+) \| ([^|]+) \|$", re.M)
# How many requirements each section of ASVS 5.0.0 has, of whatever level.
SECTIONS = {
    "1.1": 2, "1.2": 10, "1.3": 12, "1.4": 3, "1.5": 3,
    "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 2,
    "3.1": 1, "3.2": 3, "3.3": 5, "3.4": 8, "3.5": 8, "3.6": 1, "3.7": 5,
    "4.1": 5, "4.2": 5, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 6, "5.3": 3, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
    "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2,
    "12.1": 5, "12.2": 2, "12.3": 5,
    "13.1": 4, "13.2": 6, "13.3": 4, "13.4": 7,
    "14.1": 2, "14.2": 8, "14.3": 3,
    "15.1": 5, "15.2": 5, "15.3": 7, "15.4": 4,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4,
    "17.1": 2, "17.2": 8, "17.3": 2,
}  # fmt: skip
# Those of level 3.
THIRD = set(
    """
1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3
3.7.4 3.7.5 4.1.4 4.1.5 4.2.2 4.2.3 4.2.4 4.2.5 5.2.4 5.2.5 5.2.6 5.3.3 6.3.5 6.3.6 6.3.7 6.3.8
6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2
10.2.3 10.3.5 10.4.12 10.4.13 10.4.14 10.4.15 10.4.16 11.1.3 11.1.4 11.2.4 11.2.5 11.3.4 11.3.5
11.5.2 11.6.2 11.7.1 11.7.2 12.1.4 12.1.5 12.3.5 13.1.2 13.1.3 13.1.4 13.2.6 13.3.3 13.3.4
13.4.6 13.4.7 14.2.5 14.2.6 14.2.7 14.2.8 15.1.4 15.1.5 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3
15.4.4 16.5.4 17.1.2 17.2.5 17.2.6 17.2.7 17.2.8
""".split()  # noqa: SIM905
)
WANTED = [
    number
    for section, count in SECTIONS.items()
    for number in (f"{section}.{each}" for each in range(1, count + 1))
    if number not in THIRD
]


def covered(first: str, last: str) -> list[str]:
    """The requirements of a row, which may be several that follow one another."""
    between = WANTED[WANTED.index(first) : WANTED.index(last or first) + 1]
    assert between, f"{first} – {last}"
    return between


def rows() -> Iterator[tuple[list[str], str, str]]:
    for first, last, state, where in ROW.findall(PAGE):
        yield covered(first, last), state, where


def test_every_requirement_stands_in_one_row() -> None:
    seen = Counter(number for numbers, _state, _where in rows() for number in numbers)
    assert [number for number in WANTED if seen[number] != 1] == []
    assert set(seen) <= set(WANTED)


def test_no_row_is_open() -> None:
    assert {state for _numbers, state, _where in rows()} <= {"met", "none", "operator"}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w[\w.-]*/)[\w./-]*)[:`]", PAGE))))
def test_every_path_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
