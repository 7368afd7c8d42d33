"""The tabs of the queue: whom a flag waits for, and how many purchases wait in each."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from oversight.access import flags_for
from oversight.models import Flag, FlagState
from oversight.models.flags import TAKEN, WAITS
from registry.actors import Actor
from registry.periods import end_of_day

MINE, PROPOSED, UNASSIGNED, TEAM = "mine", "proposed", "unassigned", "team"
DUE, ALL = "due", "all"
TABS: dict[str, str | Promise] = {
    MINE: gettext_lazy("Waits for me"),
    PROPOSED: gettext_lazy("I proposed"),
    UNASSIGNED: pgettext_lazy("flags", "Unassigned"),
    TEAM: gettext_lazy("Team"),
    DUE: gettext_lazy("Due today"),
    ALL: pgettext_lazy("flags", "All"),
}
SHOWN_MAX = 99
# Of each tab so many flags are read: a purchase has two or three.
READ_MAX = 300

AWAITS_SECOND = Q(state=FlagState.AWAITING_SECOND)


def in_tab(tab: str, by: Actor, at: datetime) -> Q:
    """Which flags stand in a tab; what somebody proposed waits for another."""
    me = by.user
    midnight = end_of_day(at.astimezone(by.jurisdiction.zone).date(), by.jurisdiction.zone)
    first_is_other = ~AWAITS_SECOND & ~Q(assigned_to=me)
    second_is_other = AWAITS_SECOND & ~Q(second=me) & ~Q(proposed_by=me)
    return {
        MINE: (~AWAITS_SECOND & Q(assigned_to=me)) | (AWAITS_SECOND & Q(second=me)),
        PROPOSED: AWAITS_SECOND & Q(proposed_by=me),
        UNASSIGNED: ~AWAITS_SECOND & Q(assigned_to__isnull=True),
        TEAM: TAKEN & (first_is_other | second_is_other),
        DUE: Q(due_at__lte=midnight),
        ALL: Q(),
    }[tab]


def counted_tabs(by: Actor, at: datetime) -> dict[str, str]:
    """How many purchases wait in each tab, in one statement that reads a page of each at most."""
    first, *others = (_first_in(tab, by, at) for tab in TABS)
    purchases: dict[str, set[int]] = defaultdict(set)
    read: dict[str, int] = defaultdict(int)
    for tab, authorization in first.union(*others, all=True):
        purchases[tab].add(authorization)
        read[tab] += 1
    return {tab: _count(len(purchases[tab]), is_all=read[tab] < READ_MAX) for tab in TABS}


def _first_in(tab: str, by: Actor, at: datetime) -> QuerySet[Flag, tuple[str, int]]:
    flags = flags_for(by).filter(WAITS).filter(in_tab(tab, by, at))
    # In the order of an index, or else the planner might look for them in the whole table.
    ordered = flags.order_by("due_at", "pk").annotate(tab=Value(tab))
    return ordered.values_list("tab", "authorization")[:READ_MAX]


def _count(found: int, *, is_all: bool) -> str:
    shown = min(found, SHOWN_MAX)
    return str(shown) if is_all and shown == found else f"{shown}+"
