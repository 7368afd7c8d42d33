"""A vendor looks a code up. Every attempt is recorded; too many misses lock the account."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import codes
from authorizations.acts.act import record_event
from authorizations.acts.locks import lock
from authorizations.acts.looks import code_unknown, note_first_look
from authorizations.models import Authorization, LookUp
from database.row_security import see_all_rows
from precursors.errors import Refused
from registry import clock
from registry.actors import Actor

MISSES = [LookUp.Result.UNKNOWN, LookUp.Result.FOREIGN]


def look_up(text: str, *, by: Actor) -> Authorization:
    """Find the vendor's authorization by its code, and record that its buyer brought it.

    An unknown code and another vendor's are answered alike. Call outside a transaction: a miss
    must be kept. Raises Refused: code_mistyped, code_unknown, lookups_locked.
    """
    if _is_locked(by):
        raise Refused(
            "lookups_locked",
            _("Too many unknown codes. Wait %(minutes)s minutes before you look one up.")
            % {"minutes": settings.LOOKUP_LOCK_MINUTES},
            retry_after=settings.LOOKUP_LOCK_MINUTES * 60,
        )
    return find_to_sell(text, by=by)


def find_to_sell(text: str, *, by: Actor) -> Authorization:
    """As `look_up`, without the lock: a vendor's own codes take sales at any time."""
    found = Authorization.objects.filter(code=codes.normalize(text)).first()
    if found is None or not by.organization or found.seller_id != by.organization.pk:
        record_miss(text, by=by)
        raise code_unknown()
    return found if found.looked_up_at else _record_first_look(found, by)


def may_sell_on(text: str, *, by: Actor) -> bool:
    """Whether the code names the firm as its vendor."""
    return Authorization.objects.filter(
        code=codes.normalize(text), seller=by.organization
    ).exists()


def record_miss(text: str, *, by: Actor) -> None:
    """Record the look-up of an unknown or foreign code. Call outside a transaction."""
    with transaction.atomic(), see_all_rows():
        found = Authorization.objects.filter(code=codes.normalize(text)).first()
        _record(LookUp.Result.FOREIGN if found else LookUp.Result.UNKNOWN, found, by)


@transaction.atomic
def _record_first_look(authorization: Authorization, by: Actor) -> Authorization:
    locked = lock(authorization)
    assert locked, "nothing deletes an authorization"
    for event in note_first_look(locked.authorization, at=locked.at, by=by):
        locked.authorization.save(update_fields=["looked_up_at"])
        _record(LookUp.Result.FOUND, locked.authorization, by)
        record_event(event.kind, locked.authorization, at=locked.at, by=by)
    return locked.authorization


def _is_locked(by: Actor) -> bool:
    since = clock.now() - timedelta(minutes=settings.LOOKUP_LOCK_MINUTES)
    misses = LookUp.objects.filter(account=_account(by), at__gt=since, result__in=MISSES)
    return misses.count() >= settings.LOOKUP_MISSES_MAX


def _record(result: str, authorization: Authorization | None, by: Actor) -> None:
    LookUp.objects.create(
        jurisdiction=by.jurisdiction,
        account=_account(by),
        organization=by.organization,
        result=result,
        authorization=authorization,
        at=clock.now(),
    )


def _account(by: Actor) -> str:
    return f"user:{by.user.pk}" if by.user else f"key:{by.api_key.pk if by.api_key else 0}"
