"""Which rows somebody may see: the only way by which a page or an endpoint obtains one."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from registry.actors import Actor
from registry.models import (
    Driver,
    Event,
    Invitation,
    License,
    Membership,
    Organization,
    Permit,
    Reinstatement,
    Site,
    Vehicle,
)
from registry.models.people import Role

Row = TypeVar("Row", bound=Model)


def organizations_for(by: Actor) -> QuerySet[Organization]:
    """The authority sees every firm of its jurisdiction, a firm itself."""
    return _seen(Organization.objects.all(), by, owner="pk")


def partners_for(by: Actor) -> QuerySet[Organization]:
    """Every firm of the jurisdiction, for naming it as the other party; not to be listed."""
    return Organization.objects.filter(jurisdiction=by.jurisdiction)


def licenses_for(by: Actor) -> QuerySet[License]:
    return _seen(License.objects.select_related("organization"), by)


def permits_for(by: Actor) -> QuerySet[Permit]:
    return _seen(Permit.objects.select_related("organization", "license", "precursor"), by)


def sites_for(by: Actor) -> QuerySet[Site]:
    return _seen(Site.objects.select_related("organization"), by)


def any_vehicle_for(by: Actor) -> QuerySet[Vehicle]:
    """Every vehicle of the jurisdiction, for naming the one that collects; not to be listed."""
    return Vehicle.objects.filter(jurisdiction=by.jurisdiction)


def vehicles_for(by: Actor) -> QuerySet[Vehicle]:
    return _seen(Vehicle.objects.select_related("organization"), by)


def drivers_for(by: Actor) -> QuerySet[Driver]:
    return _seen(Driver.objects.select_related("organization"), by)


def reinstatements_for(by: Actor) -> QuerySet[Reinstatement]:
    """Proposals to lift a suspension: the authority's alone."""
    rows = Reinstatement.objects.select_related("license__organization", "proposed_by")
    return rows.filter(license__in=licenses_for(by)) if by.is_authority else rows.none()


def officer_proposals_for(by: Actor) -> QuerySet[Invitation]:
    """Invitations of officers, which take two of them: the authority's alone."""
    rows = Invitation.objects.select_related("jurisdiction", "invited_by", "invited_key")
    proposed = rows.filter(role=Role.OFFICER).exclude(invited_by=None, invited_key=None)
    return proposed.filter(jurisdiction=by.jurisdiction) if by.is_authority else rows.none()


def members_for(by: Actor) -> QuerySet[Membership]:
    """Who acts for a firm or the authority now: for officers, and for the firm's own managers."""
    rows = Membership.objects.select_related("user", "organization").filter(ended_at=None)
    if by.is_authority:
        return rows.filter(jurisdiction=by.jurisdiction)
    manages = by.organization if by.role == Role.MANAGER else None
    return rows.filter(organization=manages) if manages else rows.none()


def in_jurisdiction(rows: QuerySet[Row], by: Actor) -> QuerySet[Row]:
    """Rows of the actor's jurisdiction; none for somebody without a role."""
    if by.organization is None and not by.is_authority:
        return rows.none()
    return rows.filter(jurisdiction=by.jurisdiction)


def _seen(rows: QuerySet[Row], by: Actor, owner: str = "organization") -> QuerySet[Row]:
    rows = rows.filter(jurisdiction=by.jurisdiction)
    if by.is_authority:
        return rows
    return rows.filter(**{owner: by.organization.pk}) if by.organization else rows.none()


def events_for(by: Actor) -> QuerySet[Event]:
    """What was done, and by whom: the authority sees all, a firm what concerns it."""
    rows = in_jurisdiction(Event.objects.select_related("user", "api_key"), by)
    if by.is_authority or by.organization is None:
        return rows
    return rows.filter(organizations__contains=[by.organization.pk])
