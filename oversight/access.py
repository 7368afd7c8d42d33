"""Which flags somebody may see."""

from django.db.models import QuerySet

from oversight.models import Flag
from registry.access import in_jurisdiction
from registry.actors import Actor


def flags_for(by: Actor) -> QuerySet[Flag]:
    """Flags are the authority's alone: neither party sees one before it is asked."""
    rows = in_jurisdiction(
        Flag.objects.select_related("authorization", "buyer", "seller", "sale"), by
    )
    return rows if by.is_authority else rows.none()
