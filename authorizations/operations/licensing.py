"""Revoking a license revokes its firm's live codes, as buyer and as vendor."""

from django.db import transaction
from django.db.models import Q

from authorizations.models import Allowance, Authorization, Status
from authorizations.models.authorization import LIVE
from authorizations.operations.requesting import expire, refuse, revoke
from registry import operations as registry
from registry.actors import Actor
from registry.models import License


@transaction.atomic
def revoke_license(license: License, *, reason: str, by: Actor) -> License:
    """Revoke a license and every live code that stands on it. Raises what its parts raise."""
    license = registry.revoke_license(license, reason=reason, by=by)
    for standing in _standing_on(license):
        authorization = expire(standing, by=by)  # what time has ended, time ended
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
    taken = {pk for a in locked for pk in (a.allowance_id, a.seller_allowance_id) if pk}
    list(Allowance.objects.select_for_update(no_key=True).filter(pk__in=taken).order_by("pk"))
    return locked
