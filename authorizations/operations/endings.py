"""How a request or a code ends, and what an ended code still holds is freed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from authorizations import ledger
from authorizations.acts.act import require_buyer, require_seller, require_status, write_change
from authorizations.acts.locks import end_authorization, lock_settled
from authorizations.acts.quotas import lock_allowances
from authorizations.models import Authorization, Status
from authorizations.models.authorization import LIVE
from precursors.errors import Refused
from registry import operations as registry
from registry.actors import Actor
from registry.inputs import given_reason, optional_reason
from registry.models import License
from registry.sides import require_impartial


@transaction.atomic
def refuse(authorization: Authorization, *, reason: str, by: Actor) -> Authorization:
    """Refuse a pending request.

    Raises Refused: not_the_authority, own_dealings, not_pending, no_reason.
    """
    require_impartial(by, authorization.buyer_id, authorization.seller_id)
    authorization, at = lock_settled(authorization)
    if authorization.status == Status.REFUSED:
        return authorization
    require_status(authorization, Status.PENDING)
    end_authorization(
        authorization, Status.REFUSED, held=False, at=at, reason=given_reason(reason), by=by
    )
    return authorization


@transaction.atomic
def cancel(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Cancel a request or code. What the vendor has looked up is held for a while.

    Raises Refused: not_the_buyer, not_live, too_long, not_text.
    """
    require_buyer(authorization, by)
    authorization, at = lock_settled(authorization)
    if authorization.status == Status.CANCELLED:
        return authorization
    require_status(authorization, Status.PENDING, Status.ISSUED)
    reason = optional_reason(reason)
    held = authorization.looked_up_at is not None
    end_authorization(authorization, Status.CANCELLED, held=held, at=at, reason=reason, by=by)
    return authorization


@transaction.atomic
def revoke(authorization: Authorization, *, reason: str, by: Actor) -> Authorization:
    """Revoke an issued code.

    Raises Refused: not_the_authority, own_dealings, not_issued, no_reason.
    """
    require_impartial(by, authorization.buyer_id, authorization.seller_id)
    authorization, at = lock_settled(authorization)
    if authorization.status == Status.REVOKED:
        return authorization
    require_status(authorization, Status.ISSUED)
    end_authorization(
        authorization, Status.REVOKED, held=True, at=at, reason=given_reason(reason), by=by
    )
    return authorization


@transaction.atomic
def expire(authorization: Authorization, *, by: Actor) -> Authorization:
    """End a code or an undecided request whose time is over; leave any other unchanged."""
    return lock_settled(authorization)[0]


@transaction.atomic
def not_sold(authorization: Authorization, *, by: Actor) -> Authorization:
    """Record the vendor's statement that nothing (more) was sold on an ended code.

    Raises Refused: not_the_seller, not_ended.
    """
    require_seller(authorization, by)
    authorization, at = lock_settled(authorization)
    if authorization.declared_at and not authorization.is_live:
        return authorization
    _require_ended(authorization)
    authorization.declared_at = at
    _free(authorization, "not_sold", at=at, by=by)
    return authorization


@transaction.atomic
def release(authorization: Authorization, *, reason: str = "", by: Actor) -> Authorization:
    """Free what is held on an ended code; a later sale is booked all the same.

    By an officer, or by the portal 24 h after the code's validity. Raises Refused:
    not_the_authority, own_dealings, not_ended, no_reason.
    """
    if by != Actor.portal(by.jurisdiction):
        require_impartial(by, authorization.buyer_id, authorization.seller_id)
        reason = given_reason(reason)
    authorization, at = lock_settled(authorization)
    if authorization.released_at:
        return authorization
    _require_ended(authorization)
    authorization.released_at = at
    _free(authorization, "released", at=at, reason=reason, by=by)
    return authorization


def _free(
    authorization: Authorization, kind: str, *, at: datetime, reason: str = "", by: Actor
) -> None:
    write_change(
        authorization,
        kind,
        at=at,
        balances=ledger.freed(authorization.balances),
        data={"reason": reason},
        by=by,
    )


def _require_ended(authorization: Authorization) -> None:
    if authorization.is_live:
        raise Refused("not_ended", _("This code is still live."))


@transaction.atomic
def revoke_license(license: License, *, reason: str, by: Actor) -> License:
    """Revoke a license and every live code that stands on it. Raises what its parts raise."""
    license = registry.revoke_license(license, reason=reason, by=by)
    for standing in _standing_on(license):
        authorization = expire(standing, by=by)  # what is over already expires instead
        if authorization.status == Status.PENDING:
            refuse(authorization, reason=reason, by=by)
        elif authorization.status == Status.ISSUED:
            revoke(authorization, reason=reason, by=by)
    return license


def _standing_on(license: License) -> list[Authorization]:
    """Its live codes, locked, and then their allowances, each in the order all verbs keep."""
    codes = Authorization.objects.select_for_update(no_key=True, of=("self",)).filter(
        Q(permit__license=license) | Q(seller_permit__license=license), status__in=LIVE
    )
    locked = list(codes.order_by("pk"))
    lock_allowances(locked)
    return locked
