"""Requests that wait for an officer's word."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from authorizations import access, operations
from authorizations.eligibility.checks import Purchase, issued_lately_kg, reasons_against
from authorizations.eligibility.dealers import AUTOMATIC_WINDOW
from authorizations.ledger import ZERO
from authorizations.models import Authorization, Sale, Status
from oversight.access import flags_for
from pages.guards import officer_required
from pages.lists import page_of
from pages.officer.dossier import dossier
from pages.officer.forms import DecisionForm
from pages.show import posted, show
from registry import clock
from registry.actors import Actor
from registry.http import actor_of
from registry.periods import last_day

PAGE = 50
CHANGING = ["status", "ended_at", "version", "sold_kg"]


@dataclass(frozen=True)
class Row:
    """A request as the list shows it, with what was reported on it before anybody decided."""

    authorization: Authorization
    due_on: date
    is_overdue: bool
    is_sold: bool  # a sale was reported, if only to be made void
    is_flagged: bool


@dataclass(frozen=True)
class Quota:
    """The buyer's, in net kg; what this request reserves is in it."""

    limit_kg: Decimal
    used_kg: Decimal  # overage included
    reserved_kg: Decimal  # held included
    ends: date


@dataclass(frozen=True)
class VendorsQuota:
    """In net kg, in the period of the request; the buyer is not told."""

    limit_kg: Decimal
    left_kg: Decimal
    is_taken: bool  # this request is in it
    fits: bool


@dataclass(frozen=True)
class Automatic:
    """Why a request was not granted at once, in net kg."""

    limit_kg: Decimal | None
    asked_kg: Decimal
    lately_kg: Decimal  # issued to the buyer in the days before

    @property
    def together_kg(self) -> Decimal:
        return self.asked_kg + self.lately_kg

    @property
    def is_over_alone(self) -> bool:
        return self.limit_kg is not None and self.asked_kg > self.limit_kg

    @property
    def is_over_together(self) -> bool:
        return self.limit_kg is not None and self.together_kg > self.limit_kg


@officer_required
def pending(request: HttpRequest) -> HttpResponse:
    """Every request that waits, the oldest first."""
    at, everything = clock.now(), access.authorizations_for(actor_of(request))
    listed = page_of(request, _waiting(request), among=everything, order=["pk"], size=PAGE)
    listed["rows"] = [_row(each, at) for each in listed["rows"]]
    return render(request, "officer/pending.html", listed)


def _row(authorization: Authorization, at: datetime) -> Row:
    deadline = authorization.decide_by
    zone = authorization.jurisdiction.zone
    return Row(
        authorization,
        last_day(deadline, zone),
        deadline < at,
        authorization.is_sold,  # type: ignore[attr-defined]
        authorization.is_flagged,  # type: ignore[attr-defined]
    )


@officer_required
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A request with every check made again; POST issues or refuses it."""
    by = actor_of(request)
    authorization = _request(request, uuid)
    form = DecisionForm(posted(request), authorization=authorization)
    act = _acts(authorization, form, by).get(request.POST.get("decision", ""))
    if request.method == "POST" and act and form.is_valid() and form.attempt(act):
        messages.success(request, _("Your decision is recorded."))
        return redirect("officer:pending")
    content = _content(authorization, form, by)
    return show(request, "officer/decide.html", **content)


def _acts(
    authorization: Authorization, form: DecisionForm, by: Actor
) -> dict[str, Callable[[], Authorization]]:
    return {
        "issue": lambda: operations.issue(authorization, **form.values(), by=by),
        "refuse": lambda: operations.refuse(
            authorization, reason=form.cleaned_data["reason"], by=by
        ),
    }


def _content(authorization: Authorization, form: DecisionForm, by: Actor) -> dict[str, Any]:
    at = clock.now()
    # Looked at anew: it may have been decided meanwhile, or a sale reported.
    authorization.refresh_from_db(fields=CHANGING)
    form.show_version(authorization)
    purchase, found = Purchase.of(authorization, at=at), dossier(authorization, at=at, by=by)
    form.ask_for_reason(sold=bool(found.deliveries))
    return {
        "authorization": authorization,
        "form": form,
        "is_pending": authorization.status == Status.PENDING,
        # Issuing it would be refused for the same.
        "against": reasons_against(purchase),
        "automatic": _automatic(authorization),
        "quota": _quota(authorization, purchase),
        "vendors": _vendors(authorization, purchase),
        "dossier": found,
        "due_on": last_day(authorization.decide_by, by.jurisdiction.zone),
    }


def _quota(authorization: Authorization, purchase: Purchase) -> Quota:
    """How much of the buyer's quota is taken, in the period in which the request is booked."""
    allowance = authorization.allowance
    limit_kg = purchase.permit.limit_kg if purchase.permit else allowance.limit_kg
    used_kg = allowance.consumed_kg + allowance.overage_kg
    reserved_kg = allowance.reserved_kg + allowance.held_kg
    return Quota(limit_kg, used_kg, reserved_kg, allowance.period_end)


def _vendors(authorization: Authorization, purchase: Purchase) -> VendorsQuota | None:
    permit, left_kg = purchase.seller_permit, purchase.dealers.seller.left_kg
    if permit is None:
        return None
    is_taken = authorization.seller_allowance_id is not None
    return VendorsQuota(
        permit.limit_kg, max(ZERO, left_kg), is_taken, is_taken or purchase.fits_seller
    )


def _automatic(authorization: Authorization) -> Automatic:
    permit = authorization.permit
    lately_kg = issued_lately_kg(
        authorization.buyer,
        authorization.precursor_id,
        since=authorization.requested_at - AUTOMATIC_WINDOW,
    )
    limit_kg = permit.automatic_limit_kg if permit else None
    return Automatic(limit_kg, authorization.net_kg, lately_kg)


def _waiting(request: HttpRequest) -> QuerySet[Authorization]:
    return (
        access.authorizations_for(actor_of(request))
        .select_related(*access.PARTIES, "jurisdiction")
        .filter(status=Status.PENDING)
        .annotate(
            is_sold=Exists(Sale.objects.filter(authorization=OuterRef("pk"))),
            is_flagged=Exists(flags_for(actor_of(request)).filter(authorization=OuterRef("pk"))),
        )
    )


def _request(request: HttpRequest, uuid: UUID) -> Authorization:
    related = ("permit", "allowance", "buyer__jurisdiction", "seller__jurisdiction")
    rows = access.authorizations_for(actor_of(request)).select_related(*access.PARTIES, *related)
    return get_object_or_404(rows, uuid=uuid)
