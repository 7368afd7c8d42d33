"""Revoking a license revokes its firm's live codes, as buyer and as vendor."""

from django.db import transaction
from django.db.models import Q
from registry import operations as registry
from registry.actors import Actor
from registry.models import License

from authorizations.models import Authorization, Status
from authorizations.models.authorization import LIVE
from authorizations.operations.requesting import refuse, revoke


@transaction.atomic
def revoke_license(license: License, *, reason: str, by: Actor) -> License:
    """Revoke a license and every live code that stands on it. Raises what its parts raise."""
    license = registry.revoke_license(license, reason=reason, by=by)
    for authorization in _standing_on(license):
        end = refuse if authorization.status == Status.PENDING else revoke
        end(authorization, reason=reason, by=by)
    return license


def _standing_on(license: License) -> list[Authorization]:
    codes = Authorization.objects.filter(
        Q(permit__license=license) | Q(seller_permit__license=license), status__in=LIVE
    )
    return list(codes.order_by("pk"))
