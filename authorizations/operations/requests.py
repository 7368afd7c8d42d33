"""A request for a code, and its issue."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import codes, ledger
from authorizations.acts.act import Due, joins_transaction, require_status, write_change, write_new
from authorizations.acts.locks import lock_settled
from authorizations.acts.quotas import allowance_for, attach_vendor
from authorizations.acts.turns import take_turn
from authorizations.eligibility.checks import (
    Purchase,
    Reason,
    not_eligible,
    reasons_against,
    vendor_is_full,
)
from authorizations.models import Authorization, DutyReason, Sale, Status
from authorizations.rulesets import current_ruleset
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.events import NewEvent
from registry.inputs import REASON_LENGTH, given_reason, optional_reason, optional_text
from registry.issuing import only_while_issuing
from registry.models import Organization, Site, Vehicle
from registry.models.firms import Activity
from registry.periods import end_of_day, working_days_after
from registry.sides import require_impartial


@joins_transaction
def request(
    *,
    seller: Organization,
    product: Product,
    quantity: Quantity,
    destination_site: Site,
    vehicle: Vehicle | None = None,
    purpose: str = "",
    by: Actor,
) -> Authorization:
    """Reserve the quantity and give it a code; issue it at once within the automatic limit, and
    as far as the vendor's quota surely leaves it (`eligibility.discretion`).

    Raises Refused: not_a_firm, issuing_halted, invalid (with the names `unknown`), not_eligible
    (with `reasons` and `largest_request`), net_is_zero, density_unknown, not_text, too_long.
    """
    named = take_turn(seller, product, destination_site, vehicle, by=by)
    only_while_issuing(named.buyer.jurisdiction)
    purchase = Purchase(
        named.buyer,
        named.product,
        named.at,
        seller=named.seller,
        quantity=quantity,
        site=named.site,
        vehicle=named.vehicle,
    )
    if reasons := reasons_against(purchase):
        raise not_eligible(purchase, reasons)
    authorization = _draw_code(purchase, named.ruleset_id, purpose)
    _admit(authorization, purchase, by)
    return authorization


def _draw_code(purchase: Purchase, ruleset: int | None, purpose: str) -> Authorization:
    """A new code, pending or, where it may be at once, issued."""
    assert purchase.quantity and purchase.seller and purchase.permit and purchase.seller_permit
    automatic = purchase.is_within_automatic and purchase.is_surely_left
    purpose = optional_text(purpose, field="purpose", at_most=REASON_LENGTH, lines=True)
    jurisdiction = purchase.buyer.jurisdiction
    return Authorization(
        jurisdiction=jurisdiction,
        code=codes.draw_code(),
        status=Status.ISSUED if automatic else Status.PENDING,
        issued_at=purchase.at if automatic else None,
        valid_until=_valid_until(purchase) if automatic else None,
        buyer=purchase.buyer,
        seller=purchase.seller,
        product=purchase.product,
        precursor_id=purchase.product.precursor_id,
        quantity_value=purchase.quantity.value,
        quantity_unit=purchase.quantity.unit,
        product_kg=purchase.product_kg,
        net_kg=purchase.net_kg,
        reserved_kg=purchase.net_kg,
        destination_site=purchase.site,
        vehicle=purchase.vehicle,
        purpose=purpose,
        permit_id=purchase.permit.id,
        seller_permit_id=purchase.seller_permit.id,
        ruleset_id=ruleset or current_ruleset(jurisdiction).pk,
        allowance_id=_allowance_of(purchase, Activity.BUY),
        # What might not fit waits without it, even if it fits: what it took, the next would tell.
        seller_allowance_id=_allowance_of(purchase, Activity.SELL)
        if purchase.is_surely_left
        else None,
        requested_at=purchase.at,
        decide_by=working_days_after(
            purchase.at, settings.PENDING_WORKING_DAYS, jurisdiction.zone
        ),
    )


def _allowance_of(purchase: Purchase, activity: Activity) -> int:
    """The allowance of one side; the first request of a period opens it."""
    buys = activity == Activity.BUY
    dealer = purchase.dealers.buyer if buys else purchase.dealers.seller
    firm = purchase.buyer if buys else purchase.seller
    assert firm
    return dealer.allowance_id or allowance_for(
        firm,
        dealer.permit,
        precursor_id=purchase.product.precursor_id,
        activity=activity,
        at=purchase.at,
        admits=True,
    )


def _admit(authorization: Authorization, purchase: Purchase, by: Actor) -> None:
    """Write it and take the quotas; a rival request may have taken them meanwhile."""
    assert purchase.permit and purchase.seller_permit
    limits = {authorization.allowance_id: purchase.permit.limit_kg}
    if authorization.seller_allowance_id:
        limits[authorization.seller_allowance_id] = purchase.seller_permit.limit_kg
    events = [NewEvent("authorization.requested", by, _request_data(purchase))]
    if authorization.status == Status.ISSUED:
        portal = Actor.portal(by.jurisdiction)
        events.append(NewEvent("authorization.issued", portal, _issue_data(authorization)))
    due = _deadlines(authorization)
    if not write_new(authorization, events, at=purchase.at, due=due, limits=limits):
        refused = replace(purchase, pending=authorization)
        full = Reason("quota_exceeded", _("This is more than the quota leaves in this period."))
        raise not_eligible(refused, [full])


def _request_data(purchase: Purchase) -> dict[str, Any]:
    assert purchase.quantity
    return {
        "product": purchase.product.code,
        "quantity": str(purchase.quantity.value),
        "unit": purchase.quantity.unit.value,
        "net_kg": str(purchase.net_kg),
    }


def _issue_data(authorization: Authorization, reason: str = "") -> dict[str, Any]:
    assert authorization.valid_until
    return {"valid_until": authorization.valid_until.isoformat(), "reason": reason}


def _valid_until(purchase: Purchase) -> datetime:
    """A code never outlives either license."""
    licensed_to = purchase.dealers.buyer.licensed_to, purchase.dealers.seller.licensed_to
    assert licensed_to[0] and licensed_to[1]
    zone = purchase.buyer.jurisdiction.zone
    return min(
        purchase.at + timedelta(hours=settings.CODE_VALIDITY_HOURS),
        end_of_day(licensed_to[0], zone),
        end_of_day(licensed_to[1], zone),
    )


def _deadlines(authorization: Authorization) -> list[Due]:
    ends = authorization.ends_at
    return [
        Due(DutyReason.END, ends),
        Due(DutyReason.RELEASE, ends + timedelta(hours=settings.RELEASE_AFTER_HOURS)),
    ]


@transaction.atomic
def issue(
    authorization: Authorization, *, reason: str = "", version_seen: int | None = None, by: Actor
) -> Authorization:
    """Grant a pending request; all checks are repeated, except of what it has reserved.

    Where a sale was reported before, it takes a reason. `version_seen`: which version the officer
    had on screen; any other refuses.
    Raises Refused: not_the_authority, own_dealings, not_pending, authorization_changed,
    issuing_halted, no_reason, not_eligible, too_long, not_text.
    """
    require_impartial(by, authorization.buyer_id, authorization.seller_id)
    authorization, at = lock_settled(authorization)
    if authorization.status == Status.ISSUED:
        return authorization
    require_status(authorization, Status.PENDING)
    _require_seen(authorization, version_seen)
    only_while_issuing(authorization.jurisdiction)
    reason = _reason_to_issue(authorization, reason)
    purchase = Purchase.of(authorization, at=at)
    if reasons := reasons_against(purchase):
        raise not_eligible(purchase, reasons)
    limits = _take_vendors_quota(authorization, purchase)
    authorization.status = Status.ISSUED
    authorization.issued_at = at
    authorization.valid_until = _valid_until(purchase)
    balances = authorization.balances
    if authorization.declared_at or not balances.reserved:
        authorization.end(Status.CLOSED, at=at)
        balances = ledger.freed(balances)
    booked = write_change(
        authorization,
        "issued",
        at=at,
        balances=balances,
        data=_issue_data(authorization, reason),
        due=_deadlines(authorization),
        limits=limits,
        by=by,
    )
    if not booked:
        raise not_eligible(purchase, [vendor_is_full()])
    return authorization


def _take_vendors_quota(authorization: Authorization, purchase: Purchase) -> dict[int, Decimal]:
    """For a request that waited without it: the vendor's allowance, with the limit to be kept."""
    if authorization.seller_allowance_id:
        return {}
    permit = purchase.seller_permit
    assert permit
    pk = attach_vendor(authorization, permit)
    return {pk: permit.limit_kg}


def _require_seen(authorization: Authorization, version_seen: int | None) -> None:
    if version_seen is not None and version_seen != authorization.version:
        raise Refused(
            "authorization_changed",
            _("Something happened to this request meanwhile. Look at it again."),
        )


def _reason_to_issue(authorization: Authorization, reason: str) -> str:
    """What was sold before anybody allowed it is never allowed without a word."""
    if not Sale.objects.filter(authorization=authorization).exists():
        return optional_reason(reason)
    if not reason.strip():
        sentence = _("A sale was reported on it already. Give a reason to issue it all the same.")
        raise Refused("no_reason", sentence, field="reason")
    return given_reason(reason)
