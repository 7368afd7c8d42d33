"""Verbs of sites, vehicles and drivers that are there: amend, approve, refuse, retire."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.quantities import Quantity
from registry import clock, events, inputs
from registry.actors import Actor, require_authority
from registry.districts import require_likely
from registry.models import Amendment, Driver, Site, Vehicle
from registry.models.amendments import AmendmentState
from registry.models.people import Role
from registry.models.places import PAPER_LENGTH
from registry.second_officer import require_second

Subject = TypeVar("Subject", Site, Vehicle, Driver)
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
) -> Amendment:
    """Give a site other terms, all of them told; a larger storage limit waits for a second.

    The owner may change the name and lower the limit. Who is not `sure` of another position is
    asked where it is odd. Raises Refused: not_the_authority, retired, nothing_changed,
    amendment_pending, and as `add_site`.
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
    return _amend(site, changes, loosens=_is_larger(limit_kg, site.storage_limit_kg), by=by)


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
    return _amend(_locked(vehicle, by), changes, by=by)


@transaction.atomic
def amend_driver(driver: Driver, *, name: str, license: str = "", by: Actor) -> Amendment:
    """Correct a driver's name or license; another document is another driver.

    Raises Refused: not_the_authority, retired, nothing_changed, blank, too_long.
    """
    changes = {
        "name": inputs.text(name, field="name", at_most=150),
        "license": inputs.optional_text(license, field="license", at_most=PAPER_LENGTH),
    }
    return _amend(_locked(driver, by), changes, by=by)


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
    for waiting in subject.amendments.filter(state=AmendmentState.PROPOSED):
        _refuse(waiting, at, by)
    _new(subject, {}, {}, at=at, retires=True, reason=reason, by=by)
    subject.retired_at = at
    subject.save(update_fields=["retired_at"])
    _record("retired", subject, at, {"reason": reason}, by)
    return subject


@transaction.atomic
def approve_amendment(amendment: Amendment, *, by: Actor) -> Amendment:
    """Agree, as the second officer, to a looser site: in force at once.

    Raises Refused: not_the_authority, second_must_be_a_person, second_must_differ,
    amendment_decided, amendment_outdated, retired.
    """
    require_authority(by)
    subject, amendment = _locked_proposal(amendment, by)
    if amendment.state == AmendmentState.IN_FORCE:
        return amendment
    _require_proposed(amendment)
    _require_current(subject)
    if _told(subject, amendment.before) != amendment.before:
        sentence = _("It was changed meanwhile. Refuse this, and have it proposed anew.")
        raise Refused("amendment_outdated", sentence)
    amendment.approved_by = require_second(by, sponsor=amendment.proposed_by_id)
    return _put_in_force(amendment, subject, clock.now(), by)


@transaction.atomic
def refuse_amendment(amendment: Amendment, *, by: Actor) -> Amendment:
    """Decline or withdraw a proposed amendment.

    Raises Refused: not_the_authority, amendment_decided.
    """
    require_authority(by)
    _subject, amendment = _locked_proposal(amendment, by)
    if amendment.state == AmendmentState.REFUSED:
        return amendment
    _require_proposed(amendment)
    _refuse(amendment, clock.now(), by)
    return amendment


def _amend(
    subject: Site | Vehicle | Driver,
    terms: Mapping[str, Any],
    *,
    loosens: bool = False,
    by: Actor,
) -> Amendment:
    changed = [name for name, value in terms.items() if getattr(subject, name) != value]
    if not changed:
        raise Refused("nothing_changed", _("Nothing is different from what is registered."))
    _require_may_change(subject, changed, loosens, by)
    before, after = _told(subject, changed), {name: _as_text(terms[name]) for name in changed}
    at = clock.now()
    if not loosens:
        amendment = _new(subject, before, after, at=at, by=by)
        return _put_in_force(amendment, subject, at, by)
    if subject.amendments.filter(state=AmendmentState.PROPOSED).exists():
        sentence = _("A larger storage limit of this site already waits for a second officer.")
        raise Refused("amendment_pending", sentence)
    proposal = _new(subject, before, after, at=at, loosens=True, by=by)
    _record("amendment_proposed", subject, at, _public(subject, proposal), by)
    return proposal


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
    by: Actor,
    **more: Any,
) -> Amendment:
    waits = more.get("loosens", False)
    return Amendment.objects.create(
        jurisdiction_id=subject.jurisdiction_id,
        organization_id=subject.organization_id,
        **{_kind(subject): subject},
        before=before,
        after=after,
        state=AmendmentState.PROPOSED if waits else AmendmentState.IN_FORCE,
        proposed_at=at,
        proposed_by=by.user,
        proposed_key=by.api_key,
        decided_at=None if waits else at,
        **more,
    )


def _put_in_force(
    amendment: Amendment, subject: Site | Vehicle | Driver, at: datetime, by: Actor
) -> Amendment:
    amendment.state, amendment.decided_at = AmendmentState.IN_FORCE, at
    amendment.save(update_fields=["state", "decided_at", "approved_by"])
    for name, value in amendment.after.items():
        field: Any = subject._meta.get_field(name)
        setattr(subject, name, field.to_python(value))
    subject.save(update_fields=list(amendment.after))
    _record("amended", subject, at, _public(subject, amendment), by)
    return amendment


def _refuse(amendment: Amendment, at: datetime, by: Actor) -> None:
    amendment.state, amendment.decided_at = AmendmentState.REFUSED, at
    amendment.save(update_fields=["state", "decided_at"])
    _record("amendment_refused", amendment.subject, at, {}, by)


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


def _locked_proposal(amendment: Amendment, by: Actor) -> tuple[Site | Vehicle | Driver, Amendment]:
    subject: Any = amendment.subject
    locked = _read(subject, by)
    return locked, Amendment.objects.select_related("site", "vehicle", "driver").get(
        pk=amendment.pk
    )


def _require_proposed(amendment: Amendment) -> None:
    if amendment.state != AmendmentState.PROPOSED:
        raise Refused("amendment_decided", _("This proposal has already been decided."))


def _kind(subject: Site | Vehicle | Driver) -> str:
    return str(subject._meta.model_name)


def _record(
    event: str, subject: Site | Vehicle | Driver, at: datetime, data: dict[str, Any], by: Actor
) -> None:
    kind, firm = f"{_kind(subject)}.{event}", [subject.organization_id]
    events.record(kind, subject, at=at, organizations=firm, data=data, by=by)
