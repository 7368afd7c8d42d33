"""How much processor time processes have used, from /proc.

Of a process with one thread, as PostgreSQL's are, the scheduler counts it to the nanosecond; else
it is counted in ticks of 10 ms.
"""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
NANOSECONDS = 10**9
# The fields of /proc/…/stat after the name.
PARENT, USER, SYSTEM, REAPED_USER, REAPED_SYSTEM, THREADS = 1, 11, 12, 13, 14, 17


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
    exact_s = _exact_s(process) if fields[THREADS] == "1" else None
    return Usage(
        int(fields[PARENT]),
        (int(fields[USER]) + int(fields[SYSTEM])) / TICKS if exact_s is None else exact_s,
        (int(fields[REAPED_USER]) + int(fields[REAPED_SYSTEM])) / TICKS,
    )


def _exact_s(process: Path) -> float | None:
    """None where the kernel does not report it."""
    try:
        return int((process / "schedstat").read_text().split()[0]) / NANOSECONDS
    except OSError:
        return None
