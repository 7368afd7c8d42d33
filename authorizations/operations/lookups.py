"""A vendor looks a code up. The first look is recorded; misses are counted, and soon slowed."""

from typing import NoReturn

from django.db import transaction

from authorizations import codes
from authorizations.acts.act import record_event
from authorizations.acts.locks import lock
from authorizations.acts.looks import note_first_look
from authorizations.acts.misses import account_of, raise_alarm, refusal_of, tally_miss
from authorizations.models import Authorization, LookUp
from database.row_security import see_all_rows
from precursors.errors import Refused
from registry.actors import Actor


def look_up(text: str, *, by: Actor) -> Authorization:
    """Find the vendor's authorization by its code, and record that its buyer brought it.

    An unknown code and another vendor's are answered alike; many of them lock the look-up of
    others, never of the vendor's own. Call outside a transaction: a miss must be kept.
    Raises Refused: code_mistyped, code_unknown, lookups_locked.
    """
    return _found(text, by) or _raise(record_miss(text, by=by))


def find_to_sell(text: str, *, by: Actor) -> Authorization:
    """As `look_up`, for a report of what was sold: it bears with more misses."""
    return _found(text, by) or _raise(record_miss(text, by=by, reports=True))


def _found(text: str, by: Actor) -> Authorization | None:
    found = Authorization.objects.filter(code=codes.normalize(text)).first()
    if found is None or not by.organization or found.seller_id != by.organization.pk:
        return None
    return found if found.looked_up_at else _record_first_look(found, by)


def _raise(refusal: Refused) -> NoReturn:
    raise refusal


def may_sell_on(text: str, *, by: Actor) -> bool:
    """Whether the code names the firm as its vendor."""
    return Authorization.objects.filter(
        code=codes.normalize(text), seller=by.organization
    ).exists()


def record_miss(text: str, *, by: Actor, reports: bool = False) -> Refused:
    """Count the look-up of an unknown or foreign code; return the refusal that answers it.

    Call outside a transaction.
    """
    with transaction.atomic(), see_all_rows():
        missed = tally_miss(text, by=by)
        raise_alarm(missed, by=by)
    return refusal_of(missed, reports=reports)


@transaction.atomic
def _record_first_look(authorization: Authorization, by: Actor) -> Authorization:
    locked = lock(authorization)
    assert locked, "nothing deletes an authorization"
    for event in note_first_look(locked.authorization, at=locked.at, by=by):
        locked.authorization.save(update_fields=["looked_up_at"])
        LookUp.objects.create(
            jurisdiction=by.jurisdiction,
            account=account_of(by),
            organization=by.organization,
            result=LookUp.Result.FOUND,
            authorization=locked.authorization,
            at=locked.at,
        )
        record_event(event.kind, locked.authorization, at=locked.at, by=by)
    return locked.authorization
