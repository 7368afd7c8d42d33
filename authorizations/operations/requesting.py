"""From a request to the end of its code."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import codes, ledger
from authorizations.models import Authorization, Status
from authorizations.operations import acting, booking, eligibility, locking, naming
from authorizations.operations.acting import Todo
from authorizations.operations.eligibility import Ask, Reason
from authorizations.operations.rulesets import current_ruleset
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.events import Happened
from registry.issuing import only_while_issuing
from registry.models import Organization, Site, Vehicle
from registry.models.firms import Activity
from registry.periods import end_of_day, working_days_after


@acting.within
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
    """Reserve the quantity and give it a code; issue it at once within the automatic limit.

    Raises Refused: not_a_firm, issuing_halted, invalid (with the names `unknown`), not_eligible
    (with `reasons` and `largest_request`), net_is_zero, density_unknown.
    """
    found = naming.take_turn(seller, product, destination_site, vehicle, by=by)
    only_while_issuing(found.buyer.jurisdiction)
    ask = Ask(
        found.buyer,
        found.product,
        found.at,
        seller=found.seller,
        quantity=quantity,
        site=found.site,
        vehicle=found.vehicle,
    )
    against = eligibility.reasons(ask)
    if against:
        raise eligibility.not_eligible(ask, against)
    authorization = _drawn(ask, found.ruleset_id, purpose)
    _admit(authorization, ask, by)
    return authorization


def _drawn(ask: Ask, ruleset: int | None, purpose: str) -> Authorization:
    """A new code, pending or, within the automatic limit, issued."""
    assert ask.quantity and ask.seller and ask.permit and ask.seller_permit
    automatic = ask.is_automatic
    jurisdiction = ask.buyer.jurisdiction
    return Authorization(
        jurisdiction=jurisdiction,
        code=codes.draw(),
        status=Status.ISSUED if automatic else Status.PENDING,
        issued_at=ask.at if automatic else None,
        valid_until=_valid_until(ask) if automatic else None,
        buyer=ask.buyer,
        seller=ask.seller,
        product=ask.product,
        precursor_id=ask.product.precursor_id,
        quantity_value=ask.quantity.value,
        quantity_unit=ask.quantity.unit,
        product_kg=ask.product_kg,
        net_kg=ask.net_kg,
        reserved_kg=ask.net_kg,
        destination_site=ask.site,
        vehicle=ask.vehicle,
        purpose=purpose,
        permit_id=ask.permit.id,
        seller_permit_id=ask.seller_permit.id,
        ruleset_id=ruleset or current_ruleset(jurisdiction).pk,
        allowance_id=_allowance(ask, Activity.BUY),
        seller_allowance_id=_allowance(ask, Activity.SELL),
        requested_at=ask.at,
        decide_by=working_days_after(ask.at, settings.PENDING_WORKING_DAYS, jurisdiction.zone),
    )


def _allowance(ask: Ask, activity: Activity) -> int:
    """The allowance of one side; the first request of a period opens it."""
    buys = activity == Activity.BUY
    dealer = ask.dealers.buyer if buys else ask.dealers.seller
    firm = ask.buyer if buys else ask.seller
    assert firm
    return dealer.allowance_id or booking.allowance_for(
        firm,
        dealer.permit,
        precursor_id=ask.product.precursor_id,
        activity=activity,
        at=ask.at,
    )


def _admit(authorization: Authorization, ask: Ask, by: Actor) -> None:
    """Write it and take the quotas; a rival request may have taken them meanwhile."""
    assert ask.permit and ask.seller_permit and authorization.seller_allowance_id
    limits = {
        authorization.allowance_id: ask.permit.limit_kg,
        authorization.seller_allowance_id: ask.seller_permit.limit_kg,
    }
    happened = [Happened("authorization.requested", by, _asked(ask))]
    if authorization.status == Status.ISSUED:
        portal = Actor.portal(by.jurisdiction)
        happened.append(Happened("authorization.issued", portal, _issued(authorization)))
    todo = _deadlines(authorization)
    if not acting.open(authorization, happened, at=ask.at, todo=todo, limits=limits):
        again = replace(ask, again_for=authorization)
        full = Reason("quota_exceeded", _("This is more than the quota leaves in this period."))
        raise eligibility.not_eligible(again, [full])


def _asked(ask: Ask) -> dict[str, Any]:
    assert ask.quantity
    return {
        "product": ask.product.code,
        "quantity": str(ask.quantity.value),
        "unit": ask.quantity.unit.value,
        "net_kg": str(ask.net_kg),
    }


def _issued(authorization: Authorization, reason: str = "") -> dict[str, Any]:
    assert authorization.valid_until
    return {"valid_until": authorization.valid_until.isoformat(), "reason": reason}


def _valid_until(ask: Ask) -> datetime:
    """A code never outlives either license."""
    licensed_to = ask.dealers.buyer.licensed_to, ask.dealers.seller.licensed_to
    assert licensed_to[0] and licensed_to[1]
    zone = ask.buyer.jurisdiction.zone
    return min(
        ask.at + timedelta(hours=settings.CODE_VALIDITY_HOURS),
        end_of_day(licensed_to[0], zone),
        end_of_day(licensed_to[1], zone),
    )


def _deadlines(authorization: Authorization) -> list[Todo]:
    ends = authorization.ends_at
    return [
        Todo("end", ends),
        Todo("release", ends + timedelta(hours=settings.RELEASE_AFTER_HOURS)),
    ]


@transaction.atomic
def issue(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Grant a pending request; every check is made again, save what it has reserved.

    Raises Refused: not_the_authority, not_pending, issuing_halted, not_eligible.
    """
    acting.only_authority(by)
    authorization, at = current(authorization)
    if authorization.status == Status.ISSUED:
        return authorization
    _require(authorization, Status.PENDING)
    only_while_issuing(authorization.jurisdiction)
    ask = eligibility.again(authorization, at=at)
    against = eligibility.reasons(ask)
    if against:
        raise eligibility.not_eligible(ask, against)
    authorization.status = Status.ISSUED
    authorization.issued_at = at
    authorization.valid_until = _valid_until(ask)
    balances = booking.balances_of(authorization)
    if authorization.declared_at or not balances.reserved:
        acting.end(authorization, Status.CLOSED, at=at)
        balances = ledger.freed(balances)
    acting.change(
        authorization,
        "issued",
        at=at,
        balances=balances,
        data=_issued(authorization, reason),
        todo=_deadlines(authorization),
        by=by,
    )
    return authorization


@transaction.atomic
def refuse(authorization: Authorization, *, reason: str, by: Actor) -> Authorization:
    """Turn a pending request down. Raises Refused: not_the_authority, not_pending, no_reason."""
    acting.only_authority(by)
    authorization, at = current(authorization)
    if authorization.status == Status.REFUSED:
        return authorization
    _require(authorization, Status.PENDING)
    _end(authorization, Status.REFUSED, held=False, at=at, reason=_given(reason), by=by)
    return authorization


@transaction.atomic
def cancel(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Give a code back. Once the vendor has looked it up, its quantity is held for a while.

    Raises Refused: not_the_buyer, not_live.
    """
    acting.only_buyer(authorization, by)
    authorization, at = current(authorization)
    if authorization.status == Status.CANCELLED:
        return authorization
    _require(authorization, Status.PENDING, Status.ISSUED)
    held = authorization.looked_up_at is not None
    _end(authorization, Status.CANCELLED, held=held, at=at, reason=reason, by=by)
    return authorization


@transaction.atomic
def revoke(authorization: Authorization, *, reason: str, by: Actor) -> Authorization:
    """Take an issued code away. Raises Refused: not_the_authority, not_issued, no_reason."""
    acting.only_authority(by)
    authorization, at = current(authorization)
    if authorization.status == Status.REVOKED:
        return authorization
    _require(authorization, Status.ISSUED)
    _end(authorization, Status.REVOKED, held=True, at=at, reason=_given(reason), by=by)
    return authorization


@transaction.atomic
def expire(authorization: Authorization, *, by: Actor) -> Authorization:
    """End a code, or a request nobody decided, whose time is over; leave any other alone."""
    return current(authorization)[0]


@transaction.atomic
def not_sold(authorization: Authorization, *, by: Actor) -> Authorization:
    """Take the vendor's word that nothing (more) was sold on an ended code.

    Raises Refused: not_the_seller, not_ended.
    """
    acting.only_seller(authorization, by)
    authorization, at = current(authorization)
    if authorization.declared_at and not authorization.is_live:
        return authorization
    _require_ended(authorization)
    authorization.declared_at = at
    _free(authorization, "not_sold", at=at, reason="", by=by)
    return authorization


@transaction.atomic
def release(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Free what is held on an ended code; a later sale is booked all the same.

    By an officer, or by the portal 24 h after the code's validity. Raises Refused:
    not_the_authority, not_ended, no_reason.
    """
    if by != Actor.portal(by.jurisdiction):
        acting.only_authority(by)
        _given(reason)
    authorization, at = current(authorization)
    if authorization.released_at:
        return authorization
    _require_ended(authorization)
    authorization.released_at = at
    _free(authorization, "released", at=at, reason=reason, by=by)
    return authorization


def current(authorization: Authorization) -> tuple[Authorization, datetime]:
    """Lock, and settle first what time has already ended."""
    locked = locking.lock(authorization)
    assert locked, "nothing deletes an authorization"
    settle(locked.authorization, at=locked.at)
    return locked.authorization, locked.at


def settle(authorization: Authorization, *, at: datetime) -> None:
    """Expire a locked authorization whose time is over, whoever meets it first."""
    if not authorization.is_live or at <= authorization.ends_at:
        return
    held = authorization.status == Status.ISSUED
    portal = Actor.portal(authorization.jurisdiction)
    _end(authorization, Status.EXPIRED, held=held, at=at, reason="", by=portal)


def _end(
    authorization: Authorization,
    status: Status,
    *,
    held: bool,
    at: datetime,
    reason: str,
    by: Actor,
) -> None:
    balances = booking.balances_of(authorization)
    held = held and authorization.declared_at is None
    acting.end(authorization, status, at=at)
    acting.change(
        authorization,
        status.value,
        at=at,
        balances=ledger.ended(balances, held=held),
        data={"reason": reason},
        by=by,
    )


def _free(
    authorization: Authorization, kind: str, *, at: datetime, reason: str, by: Actor
) -> None:
    acting.change(
        authorization,
        kind,
        at=at,
        balances=ledger.freed(booking.balances_of(authorization)),
        data={"reason": reason},
        by=by,
    )


def _require(authorization: Authorization, *allowed: Status) -> None:
    if authorization.status in allowed:
        return
    code = "not_live" if len(allowed) > 1 else f"not_{allowed[0].value}"
    raise Refused(
        code,
        _("This is not possible any more: the authorization is “%(status)s”.")
        % {"status": Status(authorization.status).label},
        status=authorization.status,
    )


def _require_ended(authorization: Authorization) -> None:
    if authorization.is_live:
        raise Refused("not_ended", _("This code is still live."))


def _given(reason: str) -> str:
    if not reason.strip():
        raise Refused("no_reason", _("Give a reason."), field="reason")
    return reason.strip()


__all__ = [
    "cancel",
    "current",
    "expire",
    "issue",
    "not_sold",
    "refuse",
    "release",
    "request",
    "revoke",
    "settle",
]
