"""Which rows an actor may see: the only way by which a page or an endpoint obtains one."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from precursors import signs
from precursors.search import search_words
from registry import clock
from registry.actors import Actor
from registry.models import (
    AccessEntry,
    Alarm,
    Amendment,
    ApiKey,
    Driver,
    Event,
    License,
    Membership,
    Organization,
    Permit,
    Proposal,
    Site,
    Vehicle,
)
from registry.models.people import Role
from registry.models.proposals import ProposalState
from registry.proposals import kind_of
from registry.tax_numbers import looked_up

Row = TypeVar("Row", bound=Model)
CONSOLE_KEYS_SHOWN = timedelta(days=14)


def organizations_for(by: Actor) -> QuerySet[Organization]:
    """Return every firm of the jurisdiction to the authority, to a firm itself."""
    return _own_rows(Organization.objects.all(), by, owner="pk")


def firms_found(
    firms: QuerySet[Organization], query: str, *, home: str = ""
) -> QuerySet[Organization]:
    """Narrow firms to those that a query names: by all its words, or by its tax number."""
    words = Q()
    for word in search_words(query):
        words &= Q(search_text__contains=word) | _digits_contained(word)
    return firms.filter(words | Q(tax_id=looked_up(query, home=home))) if words else firms


def _digits_contained(word: str) -> Q:
    """Part of a number as it is written, such as 900.123, within the digits that are stored."""
    digits = signs.letters_and_digits(word)
    return Q(search_text__contains=digits) if digits.isdecimal() else Q(pk__in=[])


def partners_for(by: Actor) -> QuerySet[Organization]:
    """Every firm of the jurisdiction, for naming it as the other party; not to be listed."""
    return Organization.objects.filter(jurisdiction=by.jurisdiction)


def licenses_for(by: Actor) -> QuerySet[License]:
    return _own_rows(License.objects.select_related("organization"), by)


def permits_for(by: Actor) -> QuerySet[Permit]:
    return _own_rows(Permit.objects.select_related("organization", "license", "precursor"), by)


def sites_for(by: Actor) -> QuerySet[Site]:
    return _own_rows(Site.objects.select_related("organization"), by)


def current_sites_for(by: Actor) -> QuerySet[Site]:
    """The sites that may be named in something new."""
    return sites_for(by).filter(retired_at=None)


def any_vehicle_for(by: Actor) -> QuerySet[Vehicle]:
    """Every vehicle of the jurisdiction, for naming the one that collects; not to be listed."""
    return Vehicle.objects.filter(jurisdiction=by.jurisdiction, retired_at=None)


def vehicles_for(by: Actor) -> QuerySet[Vehicle]:
    return _own_rows(Vehicle.objects.select_related("organization"), by)


def drivers_for(by: Actor) -> QuerySet[Driver]:
    return _own_rows(Driver.objects.select_related("organization"), by)


def amendments_for(by: Actor) -> QuerySet[Amendment]:
    """What was changed of sites, vehicles and drivers."""
    related = ("organization", "site", "vehicle", "driver", "proposed_by", "approved_by")
    return _own_rows(Amendment.objects.select_related(*related, "proposed_key"), by)


def proposals_for(by: Actor) -> QuerySet[Proposal]:
    """What was proposed, and what became of it: the authority's alone."""
    related = ("organization", "proposed_by", "proposed_key", "sponsor", "decided_by")
    rows = Proposal.objects.select_related("jurisdiction", *related, "decided_key")
    return rows.filter(jurisdiction=by.jurisdiction) if by.is_authority else rows.none()


def proposals_in(rows: QuerySet[Proposal], state: str, *, at: datetime) -> QuerySet[Proposal]:
    """Narrow proposals to those of a state at a moment: what waits too long has expired."""
    waits = Q(state=ProposalState.PROPOSED)
    if state == ProposalState.PROPOSED:
        return rows.filter(waits, expires_at__gt=at)
    if state == ProposalState.EXPIRED:
        return rows.filter(Q(state=state) | waits & Q(expires_at__lte=at))
    return rows.filter(state=state)


def proposals_over(rows: QuerySet[Proposal], *, at: datetime) -> QuerySet[Proposal]:
    """Narrow proposals to those that wait no more: decided, or expired."""
    return rows.filter(~Q(state=ProposalState.PROPOSED) | Q(expires_at__lte=at))


def waiting_of(subject: Model) -> Proposal | None:
    """The proposal that waits for a row which the actor may see, if there is one."""
    rows = Proposal.objects.filter(subject_kind=kind_of(subject), subject_id=subject.pk)
    return proposals_in(rows, ProposalState.PROPOSED, at=clock.now()).first()


def members_for(by: Actor) -> QuerySet[Membership]:
    """Return current memberships: all to officers, a firm's to its own managers."""
    rows = Membership.objects.select_related("user", "organization").filter(ended_at=None)
    if by.is_authority:
        return rows.filter(jurisdiction=by.jurisdiction)
    manages = by.organization if by.role == Role.MANAGER else None
    return rows.filter(organization=manages) if manages else rows.none()


def keys_for(by: Actor) -> QuerySet[ApiKey]:
    """Return the keys of programs: all to officers, a firm's to its own managers."""
    rows = ApiKey.objects.select_related("organization", "sponsor")
    if by.is_authority:
        return rows.filter(jurisdiction=by.jurisdiction)
    manages = by.organization if by.role == Role.MANAGER else None
    return rows.filter(organization=manages) if manages else rows.none()


def keys_of_console(by: Actor, at: datetime) -> QuerySet[ApiKey]:
    """The authority's keys that the operator made in the last two weeks, while they open."""
    recent = keys_for(by).filter(organization=None, created_at__gt=at - CONSOLE_KEYS_SHOWN)
    return recent.filter(revoked_at=None).order_by("-pk")[:10]


def in_jurisdiction(rows: QuerySet[Row], by: Actor) -> QuerySet[Row]:
    """Return the rows of the actor's jurisdiction; none to an actor without a role."""
    if by.organization is None and not by.is_authority:
        return rows.none()
    return rows.filter(jurisdiction=by.jurisdiction)


def _own_rows(rows: QuerySet[Row], by: Actor, owner: str = "organization") -> QuerySet[Row]:
    rows = rows.filter(jurisdiction=by.jurisdiction)
    if by.is_authority:
        return rows
    return rows.filter(**{owner: by.organization.pk}) if by.organization else rows.none()


def events_for(by: Actor) -> QuerySet[Event]:
    """Return what was done, and by whom: all to the authority, to a firm what concerns it."""
    rows = in_jurisdiction(Event.objects.select_related("user", "api_key"), by)
    if by.is_authority or by.organization is None:
        return rows
    return rows.filter(organizations__contains=[by.organization.pk])


def access_entries_for(by: Actor) -> QuerySet[AccessEntry]:
    """Who came in, failed, or read what: the authority's alone.

    What nobody known did belongs to no jurisdiction, and is shown in each.
    """
    rows = AccessEntry.objects.select_related("user", "api_key")
    return rows.filter(_here_or_nowhere(by)) if by.is_authority else rows.none()


def alarms_for(by: Actor) -> QuerySet[Alarm]:
    """What people and operators were told of: the authority's alone."""
    rows = Alarm.objects.select_related("user", "api_key")
    return rows.filter(_here_or_nowhere(by)) if by.is_authority else rows.none()


def _here_or_nowhere(by: Actor) -> Q:
    return Q(jurisdiction=by.jurisdiction) | Q(jurisdiction=None)
