"""The flags that wait for officers: the purchases they stand on, a page at a time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from authorizations.access import missed_codes_for
from oversight import lag
from oversight import operations as oversight
from oversight.access import flags_for, sees_drawn, waiting_for_officers
from oversight.models import Flag, FlagState, Severity
from oversight.models import flags as flag_states
from pages.guards import officer_required
from pages.lists import filter_removals, named_row, page_links, rows_after
from pages.officer.desks import MINE, TABS, counted_tabs, in_tab
from pages.officer.deviation import Deviation, deviation
from pages.officer.forms import DEADLINE, ENDED, NEWEST, OLDEST, QueueFilter, TakeForm
from pages.officer.timeline import rule_title
from registry import clock
from registry.access import firms_found, organizations_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import User

PAGE = 50
GUESSING_SHOWN = 3
UNDRAWN_MAX = 1000  # read, not counted: however many wait, a page costs a page
READ = 100  # flags at a time, to fill a page of purchases
RELATED = [
    "authorization__product__precursor",
    "authorization__destination_site",
    "sale__site",
    "assigned_to",
    "second",
]
ORDERS = {NEWEST: ["-pk"], OLDEST: ["pk"], DEADLINE: ["due_at", "pk"]}
ENDINGS = {ENDED, *flag_states.ENDED}
NARROWING = {"rule", "severity", "state", "firm"}


@dataclass(frozen=True)
class Found:
    """One flag of a row."""

    flag: Flag
    rule: str | Promise
    deviation: Deviation


@dataclass(frozen=True)
class Standing:
    """The state of a flag, and who has it, as far as the officer may know."""

    state: str
    holder: User | None
    holds: bool


@dataclass(frozen=True)
class Row:
    """The flags of one purchase as the list shows them; `flag` is the first in its order."""

    flag: Flag
    found: list[Found]
    standings: list[Standing]  # one for each state and holder among them
    to_take: list[Flag]
    age: str
    deadline: str  # none where nobody is waited for
    is_overdue: bool


@officer_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show one tab of the queue; POST takes a row of it onto the officer's own desk."""
    if request.method == "POST":
        return _take(request)
    by, at = actor_of(request), clock.now()
    form = QueueFilter({**request.GET.dict(), "tab": _tab(request)})
    chosen = form.chosen()
    listed = _page(request, _matching_flags(chosen, by, at), _order(chosen), by, at)
    content = {
        **listed,
        "form": form,
        "tabs": _tabs(chosen, by, at),
        "tab": chosen["tab"],
        "removals": list(filter_removals(request, form)),
        "is_late": lag.is_late(at=at),
        "too_few_officers": len(waiting_for_officers(by).values("pk")[:UNDRAWN_MAX]),
        "guessing": missed_codes_for(by, at=at).order_by("-last_at")[:GUESSING_SHOWN],
        "evaluated_at": None if listed["rows"] else lag.last_evaluated_at(),
    }
    return render(request, "officer/queue.html", content)


def _take(request: HttpRequest) -> HttpResponse:
    forms, by = TakeForm.all_of(request.POST), actor_of(request)
    back = redirect(f"{reverse('officer:queue')}?{request.GET.urlencode()}")
    if not forms:
        return back
    seen = {
        get_object_or_404(flags_for(by), uuid=form.cleaned_data["flag"]): form.cleaned_data[
            "steps_seen"
        ]
        for form in forms
    }
    if forms[0].attempt(partial(oversight.assign_together, seen, to=by.user, by=by)):
        several = len(seen) > 1
        messages.success(
            request,
            _("The flags are on your desk.") if several else _("The flag is on your desk."),
        )
    else:
        messages.warning(request, str(forms[0].non_field_errors()[0]))
    return back


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", MINE)
    return tab if tab in TABS else MINE


def _tabs(chosen: dict[str, str], by: Actor, at: datetime) -> list[tuple[str, Any, str]]:
    """Each tab with its label and count; of what is filtered no count would be cheap."""
    counts = {} if NARROWING & chosen.keys() else counted_tabs(by, at)
    return [(tab, label, counts.get(tab, "")) for tab, label in TABS.items()]


def _order(chosen: dict[str, str]) -> list[str]:
    """What waits has a deadline; of anything else the newest stands first."""
    waits = chosen.get("state") not in ENDINGS and chosen.get("severity") != Severity.LOW
    return ORDERS[chosen.get("sort") or (DEADLINE if waits else NEWEST)]


def _page(
    request: HttpRequest, flags: QuerySet[Flag], order: list[str], by: Actor, at: datetime
) -> dict[str, Any]:
    last = named_row(request, flags_for(by))
    found = _purchases_after(last, flags, order, PAGE + 1)
    following = found[PAGE - 1][0] if len(found) > PAGE else None
    rows = [_row(each, by, at) for each in found[:PAGE]]
    return {"rows": rows, **page_links(request, last, following)}


def _purchases_after(
    last: Any, flags: QuerySet[Flag], order: list[str], wanted: int
) -> list[list[Flag]]:
    """The flags of so many purchases, each standing where its first flag stands.

    Walked along an index a piece at a time: however many flags there are, a page costs a page.
    """
    found: list[list[Flag]] = []
    while len(found) < wanted:
        piece = list(rows_after(last, flags.select_related(None), order)[:READ])
        whole = _flags_by_purchase(piece, flags, order)
        # Others of the same purchase stood on a page before.
        found += [whole[flag.pk] for flag in piece if flag.pk in whole]
        if len(piece) < READ:
            break
        last = piece[-1]
    return found[:wanted]


def _flags_by_purchase(
    piece: list[Flag], flags: QuerySet[Flag], order: list[str]
) -> dict[int, list[Flag]]:
    """All that match of these purchases, by the key of the first."""
    purchases: dict[int, list[Flag]] = defaultdict(list)
    of_piece = flags.filter(authorization__in={flag.authorization_id for flag in piece})
    for flag in of_piece.select_related(*RELATED).order_by(*order):
        purchases[flag.authorization_id].append(flag)
    return {each[0].pk: each for each in purchases.values()}


def _matching_flags(chosen: dict[str, str], by: Actor, at: datetime) -> QuerySet[Flag]:
    flags = flags_for(by)
    flags = flags.filter(_in_state(chosen.get("state", "")), in_tab(chosen["tab"], by, at))
    severity = chosen.get("severity")
    flags = flags.filter(severity__in=[severity] if severity else flag_states.IN_QUEUE)
    if "rule" in chosen:
        flags = flags.filter(rule=chosen["rule"])
    if "firm" in chosen:
        firms = _firms(chosen["firm"], by)
        flags = flags.filter(Q(buyer__in=firms) | Q(seller__in=firms))
    return flags


def _in_state(state: str) -> Q:
    if not state:
        return Q(state__in=flag_states.WAITING)
    return Q(state__in=flag_states.ENDED if state == ENDED else [state])


def _firms(text: str, by: Actor) -> QuerySet[Any]:
    return firms_found(organizations_for(by), text, home=by.jurisdiction.country).values("pk")


def _row(flags: list[Flag], by: Actor, at: datetime) -> Row:
    waiting = [flag for flag in flags if not flag.is_ended and flag.severity != Severity.LOW]
    due_at = min((flag.due_at for flag in waiting), default=None)
    return Row(
        flag=flags[0],
        found=[_found(flag) for flag in flags],
        standings=list(dict.fromkeys(_standing(flag, by) for flag in flags)),
        to_take=[
            flag
            for flag in waiting
            if flag.state == FlagState.OPEN and flag.assigned_to != by.user
        ],
        age=timesince(min(flag.raised_at for flag in flags), at, depth=1),
        deadline=_deadline(due_at, at) if due_at else "",
        is_overdue=due_at is not None and due_at < at,
    )


def _standing(flag: Flag, by: Actor) -> Standing:
    holder = flag.assigned_to if flag.state == FlagState.OPEN else None
    if flag.state == FlagState.AWAITING_SECOND and sees_drawn(flag, flag.second_id, by):
        holder = flag.second
    return Standing(flag.state, holder, flag.holds)


def _found(flag: Flag) -> Found:
    return Found(flag, rule_title(flag), deviation(flag.evidence))


def _deadline(due_at: datetime, at: datetime) -> str:
    if due_at < at:
        return _("%(time)s overdue") % {"time": timesince(due_at, at, depth=1)}
    return _("%(time)s left") % {"time": timesince(at, due_at, depth=1)}
