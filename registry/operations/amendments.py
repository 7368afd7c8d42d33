"""Verbs of sites, vehicles and drivers that are there: amend, retire."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.quantities import Quantity
from registry import clock, events, inputs
from registry.actors import Actor
from registry.districts import require_likely
from registry.models import Amendment, Driver, Proposal, Site, Vehicle
from registry.models.people import Role
from registry.models.places import PAPER_LENGTH
from registry.proposals import (
    Change,
    Draft,
    act,
    enter,
    require_unchanged,
    withdraw_all,
)

ACT = "site.amend"
Subject = TypeVar("Subject", Site, Vehicle, Driver)
LABELS = {
    "name": _("Name"),
    "address": _("Address"),
    "ubigeo": _("Ubigeo"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "storage_limit_kg": _("Storage limit"),
}
# What the owner may change itself: it enrols nothing and loosens nothing.
OWNERS = {
    "site": {"name", "storage_limit_value", "storage_limit_unit", "storage_limit_kg"},
    "vehicle": {"kind", "capacity_value", "capacity_unit"},
    "driver": {"name", "license"},
}


@transaction.atomic
def amend_site(
    site: Site,
    *,
    name: str,
    address: str,
    ubigeo: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    storage_limit: Quantity | None = None,
    sure: bool = True,
    by: Actor,
) -> Amendment | Proposal:
    """Give a site other terms, all of them told; a larger storage limit waits for a second.

    The owner may change the name and lower the limit. Who is not `sure` of another position is
    asked where it is odd. Raises Refused: not_the_authority, retired, nothing_changed,
    proposal_pending, and as `add_site`.
    """
    inputs.position(latitude, longitude)
    if not sure and (latitude, longitude) != (site.latitude, site.longitude):
        require_likely(ubigeo, latitude, longitude, country=by.jurisdiction.country)
    limit_kg = inputs.mass_kg(storage_limit, field="storage_limit") if storage_limit else None
    site = _locked(site, by)
    changes = {
        "name": inputs.text(name, field="name", at_most=200),
        "address": inputs.text(address, field="address", at_most=300),
        "ubigeo": inputs.ubigeo(ubigeo),
        "latitude": latitude,
        "longitude": longitude,
        "storage_limit_value": storage_limit.value if storage_limit else None,
        "storage_limit_unit": storage_limit.unit.value if storage_limit else "",
        "storage_limit_kg": limit_kg,
    }
    loosens = _is_larger(limit_kg, site.storage_limit_kg)
    changed = _changed(site, changes)
    _require_may_change(site, changed, loosens, by)
    if not loosens:
        return _amend(site, changed, by=by)
    draft = Draft(
        act=ACT,
        subject=site,
        organization=site.organization,
        terms={name: _as_text(value) for name, value in changed.items()},
        before=_told(site, changed),
        largest_kg=limit_kg,
    )
    entered: Amendment | Proposal = enter(draft, by=by)
    return entered


def _is_larger(limit_kg: Decimal | None, before_kg: Decimal | None) -> bool:
    return before_kg is not None and (limit_kg is None or limit_kg > before_kg)


@transaction.atomic
def amend_vehicle(
    vehicle: Vehicle, *, kind: str, capacity: Quantity | None = None, by: Actor
) -> Amendment:
    """Give a vehicle another kind or capacity; another plate is another vehicle.

    Raises Refused: not_the_authority, retired, nothing_changed, blank, too_long.
    """
    changes = {
        "kind": inputs.text(kind, field="kind", at_most=50),
        "capacity_value": capacity.value if capacity else None,
        "capacity_unit": capacity.unit.value if capacity else "",
    }
    vehicle = _locked(vehicle, by)
    changed = _changed(vehicle, changes)
    _require_may_change(vehicle, changed, False, by)
    return _amend(vehicle, changed, by=by)


@transaction.atomic
def amend_driver(driver: Driver, *, name: str, license: str = "", by: Actor) -> Amendment:
    """Correct a driver's name or license; another document is another driver.

    Raises Refused: not_the_authority, retired, nothing_changed, blank, too_long.
    """
    changes = {
        "name": inputs.text(name, field="name", at_most=150),
        "license": inputs.optional_text(license, field="license", at_most=PAPER_LENGTH),
    }
    driver = _locked(driver, by)
    changed = _changed(driver, changes)
    _require_may_change(driver, changed, False, by)
    return _amend(driver, changed, by=by)


@transaction.atomic
def retire(subject: Subject, *, reason: str, by: Actor) -> Subject:
    """Let a site, a vehicle or a driver be named in nothing new; what names it stays as it is.

    Raises Refused: not_the_authority, no_reason, not_text, too_long.
    """
    reason = inputs.given_reason(reason)
    subject = _read(subject, by)
    if subject.retired_at:
        return subject
    at = clock.now()
    withdraw_all(subject, at=at, by=by)
    _new(subject, {}, {}, at=at, retires=True, reason=reason, by=by)
    subject.retired_at = at
    subject.save(update_fields=["retired_at"])
    _record("retired", subject, at, {"reason": reason}, by)
    return subject


def _changed(subject: Site | Vehicle | Driver, terms: Mapping[str, Any]) -> dict[str, Any]:
    changed = {name: value for name, value in terms.items() if getattr(subject, name) != value}
    if not changed:
        raise Refused("nothing_changed", _("Nothing is different from what is registered."))
    return changed


def _amend(
    subject: Site | Vehicle | Driver,
    changed: Mapping[str, Any],
    *,
    proposal: Proposal | None = None,
    by: Actor,
) -> Amendment:
    at, before = clock.now(), _told(subject, changed)
    after = {name: _as_text(value) for name, value in changed.items()}
    amendment = _new(
        subject, before, after, at=at, loosens=proposal is not None, proposal=proposal, by=by
    )
    for name, value in changed.items():
        setattr(subject, name, value)
    subject.save(update_fields=list(changed))
    _record("amended", subject, at, _public(subject, amendment), by)
    return amendment


def _told(subject: Site | Vehicle | Driver, names: Iterable[str]) -> dict[str, str | None]:
    return {name: _as_text(getattr(subject, name)) for name in names}


def _as_text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else str(value)


def _require_may_change(
    subject: Site | Vehicle | Driver, changed: Iterable[str], loosens: bool, by: Actor
) -> None:
    if by.is_authority or (not loosens and OWNERS[_kind(subject)].issuperset(changed)):
        return
    raise Refused("not_the_authority", _("Only the authority may change this."))


def _new(
    subject: Site | Vehicle | Driver,
    before: dict[str, str | None],
    after: dict[str, str | None],
    *,
    at: datetime,
    proposal: Proposal | None = None,
    by: Actor,
    **more: Any,
) -> Amendment:
    return Amendment.objects.create(
        jurisdiction_id=subject.jurisdiction_id,
        organization_id=subject.organization_id,
        **{_kind(subject): subject},
        before=before,
        after=after,
        proposal=proposal,
        proposed_at=proposal.proposed_at if proposal else at,
        proposed_by=proposal.proposed_by if proposal else by.user,
        proposed_key=proposal.proposed_key if proposal else by.api_key,
        approved_by=proposal.decided_by if proposal else None,
        decided_at=at,
        **more,
    )


def _public(subject: Site | Vehicle | Driver, amendment: Amendment) -> dict[str, Any]:
    """Who a driver is stays out of events."""
    if isinstance(subject, Driver):
        return {"changed": sorted(amendment.after)}
    return {"before": amendment.before, "after": amendment.after}


def _locked(subject: Subject, by: Actor) -> Subject:
    subject = _read(subject, by)
    _require_current(subject)
    return subject


def _read(subject: Subject, by: Actor) -> Subject:
    """Lock and read it; all that changes of it changes under this lock.

    Its own manager or program may act on it, and the authority.
    """
    is_owner = by.organization is not None and by.organization.pk == subject.organization_id
    if not by.is_authority and not (is_owner and by.role in (Role.MANAGER, "")):
        raise Refused("not_the_authority", _("Only the authority may change this."))
    model: Any = type(subject)
    locked: Subject = model.objects.select_for_update(no_key=True).get(pk=subject.pk)
    return locked


def _require_current(subject: Site | Vehicle | Driver) -> None:
    if subject.retired_at:
        raise Refused("retired", _("This has been retired, and stays so."))


def _lock_site(proposal: Proposal) -> Site:
    rows = Site.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("organization").get(pk=proposal.subject_id)


def _changes(proposal: Proposal) -> Iterator[Change]:
    for name, label in LABELS.items():
        if name in proposal.terms:
            before, after = proposal.before[name], proposal.terms[name]
            yield Change(label, _shown(name, before), _shown(name, after))


def _shown(name: str, value: str | None) -> str:
    if name == "storage_limit_kg":
        return f"{Decimal(value):,} kg" if value else text("no limit")
    return value or ""


def _heading(proposal: Proposal) -> str:
    return str(Site.objects.get(pk=proposal.subject_id))


@act(ACT, _("Enlarge a storage limit"), lock=_lock_site, changes=_changes, heading=_heading)
def _amend_proposed(proposal: Proposal, site: Site, *, at: datetime, by: Actor) -> Amendment:
    """Raises Refused: retired, proposal_outdated."""
    _require_current(site)
    require_unchanged(proposal, _told(site, proposal.before))
    fields: dict[str, Any] = {name: site._meta.get_field(name) for name in proposal.terms}
    changed = {name: field.to_python(proposal.terms[name]) for name, field in fields.items()}
    return _amend(site, changed, proposal=proposal, by=by)


def _kind(subject: Site | Vehicle | Driver) -> str:
    return str(subject._meta.model_name)


def _record(
    event: str, subject: Site | Vehicle | Driver, at: datetime, data: dict[str, Any], by: Actor
) -> None:
    kind, firm = f"{_kind(subject)}.{event}", [subject.organization_id]
    events.record(kind, subject, at=at, organizations=firm, data=data, by=by)
