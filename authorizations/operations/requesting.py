"""From a request to the end of its code."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import codes, ledger
from authorizations.models import Authorization, Status
from authorizations.operations import acting, booking, eligibility
from authorizations.operations.eligibility import Ask, Reason
from authorizations.operations.halting import only_while_issuing
from authorizations.operations.rulesets import current_ruleset
from authorizations.periods import end_of_day, working_days_after
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry import clock
from registry.actors import Actor
from registry.models import Organization, Site, Vehicle
from registry.models.firms import Activity

AUTOMATIC_WINDOW = timedelta(days=7)


@transaction.atomic
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

    Raises Refused: not_a_firm, issuing_halted, not_eligible (with `reasons` and
    `largest_request`), net_is_zero, density_unknown.
    """
    buyer = _buyer(by)
    only_while_issuing(buyer.jurisdiction)
    at = clock.now()
    ask = Ask(buyer, product, at, seller, quantity, destination_site, vehicle)
    against = eligibility.reasons(ask)
    if against:
        raise eligibility.not_eligible(ask, against)
    authorization = _open(ask, purpose)
    acting.record("authorization.requested", authorization, at=at, data=_asked(ask), by=by)
    if authorization.status == Status.ISSUED:
        _record_issue(authorization, at=at, reason="", by=Actor.portal(by.jurisdiction))
    _add_deadlines(authorization)
    _admit(authorization, ask)
    return authorization


def _buyer(by: Actor) -> Organization:
    """The firm that asks, locked: its open codes and its storage are counted one at a time."""
    if by.organization is None:
        raise Refused("not_a_firm", _("Only a firm can request a code."))
    return (
        Organization.objects.select_for_update(no_key=True, of=("self",))
        .select_related("jurisdiction")
        .get(pk=by.organization.pk)
    )


def _open(ask: Ask, purpose: str) -> Authorization:
    assert ask.quantity and ask.seller and ask.site and ask.permit and ask.seller_permit
    precursor_id = ask.product.precursor_id
    automatic = _is_automatic(ask)
    return Authorization.objects.create(
        jurisdiction=ask.buyer.jurisdiction,
        code=codes.draw(),
        status=Status.ISSUED if automatic else Status.PENDING,
        issued_at=ask.at if automatic else None,
        valid_until=_valid_until(ask) if automatic else None,
        buyer=ask.buyer,
        seller=ask.seller,
        product=ask.product,
        precursor_id=precursor_id,
        quantity_value=ask.quantity.value,
        quantity_unit=ask.quantity.unit,
        product_kg=ask.product_kg,
        net_kg=ask.net_kg,
        reserved_kg=ask.net_kg,
        destination_site=ask.site,
        vehicle=ask.vehicle,
        purpose=purpose,
        permit=ask.permit,
        seller_permit=ask.seller_permit,
        ruleset=current_ruleset(ask.buyer.jurisdiction),
        allowance=ask.allowance
        or booking.allowance_for(
            ask.buyer, ask.permit, precursor_id=precursor_id, activity=Activity.BUY, at=ask.at
        ),
        seller_allowance=booking.allowance_for(
            ask.seller,
            ask.seller_permit,
            precursor_id=precursor_id,
            activity=Activity.SELL,
            at=ask.at,
        ),
        requested_at=ask.at,
        decide_by=working_days_after(
            ask.at, settings.PENDING_WORKING_DAYS, ask.buyer.jurisdiction.zone
        ),
    )


def _admit(authorization: Authorization, ask: Ask) -> None:
    """Take the quota, last of all; a rival request may have taken it meanwhile."""
    assert ask.permit and ask.seller_permit and authorization.seller_allowance_id
    limits = {
        authorization.allowance_id: ask.permit.limit_kg,
        authorization.seller_allowance_id: ask.seller_permit.limit_kg,
    }
    if not booking.admit(authorization, limits=limits, at=ask.at):
        again = Ask(
            ask.buyer,
            ask.product,
            ask.at,
            seller=ask.seller,
            quantity=ask.quantity,
            site=ask.site,
            again_for=authorization,
        )
        full = Reason("quota_exceeded", _("This is more than the quota leaves in this period."))
        raise eligibility.not_eligible(again, [full])


def _is_automatic(ask: Ask) -> bool:
    """Whether this and what was issued in the last 7 days stay within the automatic limit."""
    assert ask.permit
    limit = ask.permit.automatic_limit_kg
    if limit is None or ask.net_kg > limit:
        return False
    lately = eligibility.issued_lately_kg(
        ask.buyer, ask.product.precursor_id, since=ask.at - AUTOMATIC_WINDOW
    )
    return lately + ask.net_kg <= limit


def _asked(ask: Ask) -> dict[str, Any]:
    assert ask.quantity
    return {
        "product": ask.product.code,
        "quantity": str(ask.quantity.value),
        "unit": ask.quantity.unit.value,
        "net_kg": str(ask.net_kg),
    }


def _record_issue(authorization: Authorization, *, at: datetime, reason: str, by: Actor) -> None:
    assert authorization.valid_until
    data = {"valid_until": authorization.valid_until.isoformat(), "reason": reason}
    acting.record("authorization.issued", authorization, at=at, data=data, by=by)


def _valid_until(ask: Ask) -> datetime:
    """A code never outlives either license."""
    assert ask.license and ask.seller_license
    zone = ask.buyer.jurisdiction.zone
    return min(
        ask.at + timedelta(hours=settings.CODE_VALIDITY_HOURS),
        end_of_day(ask.license.valid_to, zone),
        end_of_day(ask.seller_license.valid_to, zone),
    )


def _add_deadlines(authorization: Authorization) -> None:
    ends = authorization.ends_at
    acting.add_duty(authorization, "end", at=ends)
    acting.add_duty(
        authorization, "release", at=ends + timedelta(hours=settings.RELEASE_AFTER_HOURS)
    )


@transaction.atomic
def issue(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Grant a pending request; every check is made again, save what it has reserved.

    Raises Refused: not_the_authority, not_pending, issuing_halted, not_eligible.
    """
    acting.only_authority(by)
    authorization, at = _current(authorization)
    if authorization.status == Status.ISSUED:
        return authorization
    _require(authorization, Status.PENDING)
    only_while_issuing(authorization.jurisdiction)
    ask = Ask(
        authorization.buyer,
        authorization.product,
        at,
        seller=authorization.seller,
        quantity=authorization.quantity,
        site=authorization.destination_site,
        vehicle=authorization.vehicle,
        again_for=authorization,
    )
    against = eligibility.reasons(ask)
    if against:
        raise eligibility.not_eligible(ask, against)
    authorization.status = Status.ISSUED
    authorization.issued_at = at
    authorization.valid_until = _valid_until(ask)
    fields = ["status", "issued_at", "valid_until"]
    balances = booking.balances_of(authorization)
    if authorization.declared_at or not balances.reserved:
        fields += acting.end(authorization, Status.CLOSED, at=at)
        balances = ledger.freed(balances)
    acting.change(
        authorization,
        "issued",
        at=at,
        balances=balances,
        fields=fields,
        data={"valid_until": authorization.valid_until.isoformat(), "reason": reason},
        by=by,
    )
    _add_deadlines(authorization)
    return authorization


@transaction.atomic
def refuse(authorization: Authorization, *, reason: str, by: Actor) -> Authorization:
    """Turn a pending request down. Raises Refused: not_the_authority, not_pending, no_reason."""
    acting.only_authority(by)
    authorization, at = _current(authorization)
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
    authorization, at = _current(authorization)
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
    authorization, at = _current(authorization)
    if authorization.status == Status.REVOKED:
        return authorization
    _require(authorization, Status.ISSUED)
    _end(authorization, Status.REVOKED, held=True, at=at, reason=_given(reason), by=by)
    return authorization


@transaction.atomic
def expire(authorization: Authorization, *, by: Actor) -> Authorization:
    """End a code, or a request nobody decided, whose time is over; leave any other alone."""
    return _current(authorization)[0]


@transaction.atomic
def not_sold(authorization: Authorization, *, by: Actor) -> Authorization:
    """Take the vendor's word that nothing (more) was sold on an ended code.

    Raises Refused: not_the_seller, not_ended.
    """
    acting.only_seller(authorization, by)
    authorization, at = _current(authorization)
    if authorization.declared_at and not authorization.is_live:
        return authorization
    _require_ended(authorization)
    authorization.declared_at = at
    _free(authorization, "not_sold", "declared_at", at=at, reason="", by=by)
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
    authorization, at = _current(authorization)
    if authorization.released_at:
        return authorization
    _require_ended(authorization)
    authorization.released_at = at
    _free(authorization, "released", "released_at", at=at, reason=reason, by=by)
    return authorization


def _current(authorization: Authorization) -> tuple[Authorization, datetime]:
    """Lock, and settle first what time has already ended."""
    authorization = acting.lock(authorization)
    at = clock.now()
    settle(authorization, at=at)
    return authorization, at


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
    acting.change(
        authorization,
        status.value,
        at=at,
        balances=ledger.ended(balances, held=held),
        fields=acting.end(authorization, status, at=at),
        data={"reason": reason},
        by=by,
    )


def _free(
    authorization: Authorization, kind: str, field: str, *, at: datetime, reason: str, by: Actor
) -> None:
    acting.change(
        authorization,
        kind,
        at=at,
        balances=ledger.freed(booking.balances_of(authorization)),
        fields=[field],
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
    "expire",
    "issue",
    "not_sold",
    "refuse",
    "release",
    "request",
    "revoke",
    "settle",
]
