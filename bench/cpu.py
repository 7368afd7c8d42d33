"""How much processor time processes have used, from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, REAPED_USER, REAPED_SYSTEM = 1, 11, 12, 13, 14  # after the name


@dataclass(frozen=True)
class Usage:
    parent: int
    own_s: float
    reaped_s: float  # of children that have ended


def tree_s(root: int) -> float:
    """Seconds used by a process and all it ever started."""
    usages = _usages()
    family = _family(root, usages)
    own = sum(usages[pid].own_s for pid in family)
    return own + sum(usages[pid].reaped_s for pid in family)


def _family(root: int, usages: dict[int, Usage]) -> set[int]:
    family, grown = {root} & usages.keys(), True
    while grown:
        children = {pid for pid, usage in usages.items() if usage.parent in family} - family
        family |= children
        grown = bool(children)
    return family


def _usages() -> dict[int, Usage]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (usage := _usage(entry)):
            found[int(entry.name)] = usage
    return found


def _usage(process: Path) -> Usage | None:
    try:
        fields = (process / "stat").read_text().rpartition(") ")[2].split()
    except OSError:  # it has ended meanwhile
        return None
    ticks = [int(field) for field in fields[: REAPED_SYSTEM + 1][PARENT:]]
    at = {number + PARENT: value for number, value in enumerate(ticks)}
    return Usage(
        at[PARENT],
        (at[USER] + at[SYSTEM]) / TICKS,
        (at[REAPED_USER] + at[REAPED_SYSTEM]) / TICKS,
    )
