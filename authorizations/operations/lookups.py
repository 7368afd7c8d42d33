"""A vendor types a code. Hits are recorded; misses too, and too many of them lock the account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import codes
from authorizations.models import Authorization, LookUp
from authorizations.operations import acting
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
    code = codes.normal(text)
    found = Authorization.objects.filter(code=code).first()
    if found is None or not by.organization or found.seller_id != by.organization.pk:
        _record(LookUp.Result.UNKNOWN if found is None else LookUp.Result.FOREIGN, found, by)
        raise Refused("code_unknown", _("No code like this was issued for you to sell against."))
    return _seen(found, by)


def _seen(authorization: Authorization, by: Actor) -> Authorization:
    if authorization.looked_up_at is None:
        return _first_seen(authorization, by)
    return authorization


@transaction.atomic
def _first_seen(authorization: Authorization, by: Actor) -> Authorization:
    authorization = acting.lock(authorization)
    if authorization.looked_up_at is None:
        authorization.looked_up_at = clock.now()
        authorization.save(update_fields=["looked_up_at"])
        _record(LookUp.Result.FOUND, authorization, by)
        acting.record(
            "authorization.looked_up", authorization, at=authorization.looked_up_at, by=by
        )
    return authorization


def _is_locked(by: Actor) -> bool:
    since = clock.now() - timedelta(minutes=settings.LOOKUP_LOCK_MINUTES)
    missed = LookUp.objects.filter(account=_account(by), at__gt=since, result__in=MISSES)
    return missed.count() >= settings.LOOKUP_MISSES_MAX


def _record(result: str, authorization: Authorization | None, by: Actor) -> datetime:
    look = LookUp.objects.create(
        jurisdiction=by.jurisdiction,
        account=_account(by),
        organization=by.organization,
        result=result,
        authorization=authorization,
        at=clock.now(),
    )
    return look.at


def _account(by: Actor) -> str:
    return f"user:{by.user.pk}" if by.user else f"key:{by.api_key.pk if by.api_key else 0}"
