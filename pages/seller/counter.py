"""The vendor's counter: a code is typed, and the answer is sell or do not sell."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from authorizations import operations
from authorizations.access import events_of, sales_for, supplies_for
from authorizations.models import Authorization, Status
from authorizations.models.authorization import LIVE
from authorizations.remaining import remaining
from pages.buyer.forms import ConfirmForm
from pages.deliveries import deliveries
from pages.guards import firm_required
from pages.lists import page_of
from pages.seller.forms import CodeForm
from pages.seller.verdicts import verdict
from pages.show import posted, show
from pages.timeline import timeline
from registry import clock
from registry.actors import Actor
from registry.http import actor_of

LATELY = 5
PAGE = 25


@firm_required
def counter(request: HttpRequest) -> HttpResponse:
    """Ask for a code; POST looks it up, which is recorded."""
    by = actor_of(request)
    form = CodeForm(posted(request))
    if form.is_valid():
        found = form.act(lambda code: operations.look_up(code, by=by))
        if found:
            return redirect("seller:code", found.uuid)
    at = clock.now()
    live = codes_of(by).filter(status=Status.ISSUED, valid_until__gt=at)
    return show(
        request,
        "seller/counter.html",
        form=form,
        refused=form.refusal.code if form.refusal else "",
        lately=live.order_by("-looked_up_at")[:LATELY],
    )


@firm_required
def code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a code that was looked up stands for, and whether to sell against it."""
    by, at = actor_of(request), clock.now()
    authorization = get_object_or_404(codes_of(by), uuid=uuid)
    status = authorization.status_at(at)
    return show(
        request,
        "seller/code.html",
        authorization=authorization,
        status=status,
        ended=status not in LIVE,
        verdict=verdict(authorization, at=at),
        remaining=remaining(authorization),
        deliveries=deliveries(sales_for(by).filter(authorization=authorization)),
        timeline=timeline(authorization, events_of(authorization)),
    )


@firm_required
def not_sold(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for the vendor's word that nothing more was sold on an ended code; POST takes it."""
    by = actor_of(request)
    authorization = get_object_or_404(codes_of(by), uuid=uuid)
    form = ConfirmForm(posted(request))
    if form.is_valid() and form.act(partial(operations.not_sold, authorization, by=by)):
        messages.success(request, _("Recorded: nothing more was sold on this code."))
        return redirect("seller:code", uuid)
    return show(request, "seller/not_sold.html", form=form, authorization=authorization)


@firm_required
def codes(request: HttpRequest) -> HttpResponse:
    """The codes that were shown to the vendor, the newest first."""
    everything = request.GET.get("show") == "all"
    rows = codes_of(actor_of(request))
    at = clock.now()
    listed = page_of(
        request, rows if everything else rows.filter(status__in=LIVE), among=rows, size=PAGE
    )
    for row in listed["rows"]:
        row.shown, row.remaining = row.status_at(at), remaining(row)
    return show(request, "seller/codes.html", everything=everything, **listed)


def codes_of(by: Actor) -> QuerySet[Authorization]:
    """What was shown to the vendor under a code."""
    return supplies_for(by).filter(code__isnull=False)
