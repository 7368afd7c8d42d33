"""The flags that wait for officers, a page at a time and never counted."""

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
from django.utils.translation import gettext_lazy, pgettext_lazy

from oversight import lag
from oversight import operations as oversight
from oversight.access import flags_for
from oversight.models import Flag, FlagState
from oversight.models import flags as flag_states
from pages.guards import officer_required
from pages.lists import filter_removals, page_of
from pages.officer.deviation import Deviation, deviation
from pages.officer.forms import (
    DEADLINE,
    ENDED,
    NEWEST,
    OLDEST,
    QueueFilter,
    TakeForm,
)
from registry import clock
from registry.access import firms_found, organizations_for
from registry.actors import Actor
from registry.http import actor_of
from registry.periods import end_of_day
from rules import RULES

PAGE = 50
RELATED = [
    "authorization__product__precursor",
    "authorization__destination_site",
    "sale__site",
    "assigned_to",
    "second",
]
ORDERS = {NEWEST: ["-pk"], OLDEST: ["pk"], DEADLINE: ["due_at", "pk"]}

MINE, UNASSIGNED, TEAM, DUE, ALL = "mine", "unassigned", "team", "due", "all"
TABS: dict[str, str | Promise] = {
    MINE: pgettext_lazy("flags", "Mine"),
    UNASSIGNED: pgettext_lazy("flags", "Unassigned"),
    TEAM: gettext_lazy("Team"),
    DUE: gettext_lazy("Due today"),
    ALL: pgettext_lazy("flags", "All"),
}


@dataclass(frozen=True)
class Row:
    """A flag as the list shows it."""

    flag: Flag
    rule: str | Promise
    deviation: Deviation
    age: str
    deadline: str
    is_overdue: bool
    is_mine: bool


@officer_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show one tab of the queue; POST takes a flag of it onto the officer's own desk."""
    if request.method == "POST":
        return _take(request)
    by, at = actor_of(request), clock.now()
    form = QueueFilter({**request.GET.dict(), "tab": _tab(request)})
    chosen = form.chosen()
    listed = page_of(
        request,
        _matching_flags(chosen, by, at),
        among=flags_for(by),
        order=ORDERS[chosen.get("sort", NEWEST)],
        size=PAGE,
    )
    listed["rows"] = [_row(flag, by, at) for flag in listed["rows"]]
    content = {
        **listed,
        "form": form,
        "tabs": list(TABS.items()),
        "tab": chosen["tab"],
        "removals": list(filter_removals(request, form)),
        "is_late": lag.is_late(at=at),
        "evaluated_at": None if listed["rows"] else lag.last_evaluated_at(),
    }
    return render(request, "officer/queue.html", content)


def _take(request: HttpRequest) -> HttpResponse:
    form, by = TakeForm(request.POST), actor_of(request)
    back = redirect(f"{reverse('officer:queue')}?{request.GET.urlencode()}")
    if not form.is_valid():
        return back
    flag = get_object_or_404(flags_for(by), uuid=form.cleaned_data["flag"])
    if form.act(partial(oversight.assign, flag, to=by.user, by=by)):
        messages.success(request, _("The flag is on your desk."))
    else:
        messages.warning(request, str(form.non_field_errors()[0]))
    return back


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", MINE)
    return tab if tab in TABS else MINE


def _matching_flags(chosen: dict[str, str], by: Actor, at: datetime) -> QuerySet[Flag]:
    flags = flags_for(by).select_related(*RELATED)
    flags = flags.filter(_in_state(chosen.get("state", "")), _in_tab(chosen["tab"], by, at))
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


def _in_tab(tab: str, by: Actor, at: datetime) -> Q:
    waits_for_second = Q(state=FlagState.AWAITING_SECOND)
    mine = Q(assigned_to=by.user) | (waits_for_second & Q(second=by.user))
    nobodys = Q(assigned_to=None) & ~waits_for_second
    midnight = end_of_day(at.astimezone(by.jurisdiction.zone).date(), by.jurisdiction.zone)
    return {
        MINE: mine,
        UNASSIGNED: nobodys,
        TEAM: ~nobodys & ~mine,
        DUE: Q(due_at__lte=midnight),
        ALL: Q(),
    }[tab]


def _firms(text: str, by: Actor) -> QuerySet[Any]:
    return firms_found(organizations_for(by), text, home=by.jurisdiction.country).values("pk")


def _row(flag: Flag, by: Actor, at: datetime) -> Row:
    rule = RULES.get(flag.rule)
    return Row(
        flag=flag,
        rule=rule.title if rule else flag.rule,
        deviation=deviation(flag.evidence),
        age=timesince(flag.raised_at, at, depth=1),
        deadline=_deadline(flag, at),
        is_overdue=flag.due_at < at,
        is_mine=flag.assigned_to == by.user,
    )


def _deadline(flag: Flag, at: datetime) -> str:
    if flag.due_at < at:
        return _("%(time)s overdue") % {"time": timesince(flag.due_at, at, depth=1)}
    return _("%(time)s left") % {"time": timesince(at, flag.due_at, depth=1)}
