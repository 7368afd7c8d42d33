"""What every verb does: lock its authorization, check who acts, write, and tell."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import bell
from authorizations.ledger import Balances
from authorizations.models import Authorization, Duty, Status
from authorizations.operations import booking
from precursors.errors import Refused
from registry import events
from registry.actors import Actor

RELATED = [
    "jurisdiction",
    "buyer__jurisdiction",
    "seller__jurisdiction",
    "product__precursor",
    "destination_site",
    "vehicle",
]


def lock(authorization: Authorization) -> Authorization:
    """Read the authorization again, locked until the transaction ends."""
    return (
        Authorization.objects.select_for_update(no_key=True, of=("self",))
        .select_related(*RELATED)
        .get(pk=authorization.pk)
    )


def only_buyer(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.buyer_id:
        raise Refused("not_the_buyer", _("Only the buyer may do this."))


def only_seller(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.seller_id:
        raise Refused("not_the_seller", _("Only the vendor may do this."))


def only_authority(by: Actor) -> None:
    if not by.is_authority:
        raise Refused("not_the_authority", _("Only an officer of the authority may do this."))


def change(
    authorization: Authorization,
    kind: str,
    *,
    at: datetime,
    balances: Balances | None = None,
    fields: Iterable[str] = (),
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Save the next version with its balances, its duty, its event and its ledger entries.

    Children of this version are inserted by the caller, who read `authorization.version + 1`.
    """
    before = booking.balances_of(authorization)
    after = balances or before
    authorization.version += 1
    booking.set_balances(authorization, after)
    authorization.save(update_fields=["version", *booking.BALANCE_FIELDS, *fields])
    add_duty(authorization, "recorded", at=at)
    record(f"authorization.{kind}", authorization, at=at, data=data, by=by)
    booking.book(authorization, after - before, kind=kind, at=at)


def record(
    kind: str,
    authorization: Authorization,
    *,
    at: datetime,
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    events.record(
        kind, authorization, at=at, organizations=authorization.parties, data=data, by=by
    )


def add_duty(authorization: Authorization, reason: str, *, at: datetime) -> None:
    """Leave an evaluation to do at a time, and ring once this is committed."""
    Duty.objects.create(
        authorization=authorization, version=authorization.version, reason=reason, due_at=at
    )
    transaction.on_commit(bell.ring, robust=True)


def end(authorization: Authorization, status: Status, *, at: datetime) -> list[str]:
    """Put the end on the instance; returns the fields to save."""
    authorization.status = status
    authorization.ended_at = at
    return ["status", "ended_at"]
