"""Sites, vehicles and drivers that are there: shown with their history, changed, retired."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.entry import enter
from pages.guards import firm_required, manager_required
from pages.register.forms import (
    AmendDriverForm,
    AmendSiteForm,
    AmendVehicleForm,
    OwnSiteForm,
)
from pages.templatetags.portal import quantity
from pages.verb_form import ReasonForm, VerbForm
from precursors.quantities import Quantity, Unit
from registry import operations
from registry.access import amendments_for, drivers_for, sites_for, vehicles_for, waiting_of
from registry.actors import Actor
from registry.http import actor_of
from registry.models import Amendment, Driver, Proposal, Site, Vehicle

Subject = Site | Vehicle | Driver
Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """What a page needs to know of sites, of vehicles or of drivers."""

    title: Text
    rows: Callable[[Actor], QuerySet[Any]]
    form: type[VerbForm]
    own_form: type[VerbForm]  # with what the owner may change itself
    amend: Callable[..., Amendment | Proposal]
    fields: tuple[str, ...]  # the verb's arguments


KINDS = {
    "site": Kind(
        gettext_lazy("Site"),
        sites_for,
        AmendSiteForm,
        OwnSiteForm,
        operations.amend_site,
        ("name", "address", "ubigeo", "latitude", "longitude", "storage_limit"),
    ),
    "vehicle": Kind(
        gettext_lazy("Vehicle"),
        vehicles_for,
        AmendVehicleForm,
        AmendVehicleForm,
        operations.amend_vehicle,
        ("kind", "capacity"),
    ),
    "driver": Kind(
        gettext_lazy("Driver"),
        drivers_for,
        AmendDriverForm,
        AmendDriverForm,
        operations.amend_driver,
        ("name", "license"),
    ),
}
LABELS = {
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "ubigeo": gettext_lazy("Ubigeo"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "storage_limit_kg": gettext_lazy("Storage limit"),
    "kind": gettext_lazy("Kind"),
    "capacity_value": gettext_lazy("Capacity"),
    "document": gettext_lazy("DNI or other identity document"),
    "license": gettext_lazy("Driver's license"),
}


@dataclass(frozen=True)
class Change:
    """One field of a change."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """What happened to it once. Who did it is the authority's to know."""

    title: Text
    at: datetime
    by: str
    text: str


@firm_required
def places(request: HttpRequest) -> HttpResponse:
    """The sites, vehicles and drivers of the reader's own firm."""
    by = actor_of(request)
    content = {
        "sites": sites_for(by).order_by("name", "pk"),
        "vehicles": vehicles_for(by).order_by("plate", "pk"),
        "drivers": drivers_for(by).order_by("name", "pk"),
    }
    return render(request, "register/places.html", content)


@manager_required
def place(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """One of them, as it is now, and everything that was changed of it."""
    by = actor_of(request)
    row = _row(kind, uuid, by)
    amendments = list(amendments_for(by).filter(**{kind: row}).order_by("-pk"))
    content = {
        "kind": kind,
        "title": KINDS[kind].title,
        "row": row,
        "terms": list(_terms(row)),
        "is_officer": by.is_authority,
        "waiting": waiting_of(row),
        "entries": [*(_entry(each, by) for each in amendments), _entered(row)],
        "back": _back(row, by),
    }
    return render(request, "register/place.html", content)


@manager_required
def amend(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """Change it; a larger storage limit waits for a second officer."""
    by = actor_of(request)
    row = _row(kind, uuid, by)
    what = KINDS[kind]
    form_class = what.form if by.is_authority else what.own_form
    initial = {name: _initial(row, name) for name in _names(row)}
    kept = {name: _value(row, name) for name in what.fields}
    return enter(
        request,
        form_class(request.POST or None, initial=initial),
        lambda **said: what.amend(row, **{**kept, **said}, by=by),
        back=reverse("register:place", args=[kind, uuid]),
        title=_("Change"),
        submit=_("Save the change"),
        done=_("The change is entered."),
        caption=row,
    )


@manager_required
def retire(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """Let it be named in nothing new."""
    by = actor_of(request)
    row = _row(kind, uuid, by)
    return enter(
        request,
        ReasonForm(request.POST or None),
        partial(operations.retire, row, by=by),
        back=reverse("register:place", args=[kind, uuid]),
        title=_("Retire"),
        submit=_("Retire for good"),
        done=_("It is retired, from now on."),
        caption=row,
        explanation=_(
            "It is offered no more, and cannot be brought back: it would be entered anew."
            " Everything that names it stays as it is."
        ),
        warning=True,
    )


def changes_of(amendment: Amendment) -> Iterator[Change]:
    """Each field that an amendment changes, as people read it."""
    units = (
        amendment.before.get("capacity_unit", amendment.after.get("capacity_unit")),
        amendment.after.get("capacity_unit"),
    )
    unit = getattr(amendment.subject, "capacity_unit", "")
    for name, label in LABELS.items():
        if name in amendment.after:
            before, after = amendment.before[name], amendment.after[name]
            yield Change(
                label,
                _shown(name, before, units[0] or unit),
                _shown(name, after, units[1] or unit),
            )


def _row(kind: str, uuid: UUID, by: Actor) -> Any:
    if kind not in KINDS:
        raise Http404
    return get_object_or_404(KINDS[kind].rows(by), uuid=uuid)


def _back(row: Subject, by: Actor) -> str:
    if by.is_authority:
        return reverse("register:firm", args=[row.organization.uuid])
    return reverse("register:places")


def _terms(row: Subject) -> Iterator[tuple[Text, str]]:
    unit = getattr(row, "capacity_unit", "")
    for name, label in LABELS.items():
        if hasattr(row, name):
            yield label, _shown(name, getattr(row, name), unit)


def _shown(name: str, value: Any, unit: str) -> str:
    if value in (None, ""):
        return _("none")
    if name == "storage_limit_kg":
        return str(quantity(Decimal(value), "kg"))
    if name == "capacity_value":
        return str(quantity(Decimal(value), unit))
    return str(value)


def _entry(amendment: Amendment, by: Actor) -> Entry:
    told = "; ".join(f"{c.label}: {c.before} → {c.after}" for c in changes_of(amendment))
    return Entry(
        title=_("Retired") if amendment.retires else _("Changed"),
        at=amendment.decided_at or amendment.proposed_at,
        by=_who(amendment) if by.is_authority else "",
        text=amendment.reason or told,
    )


def _who(amendment: Amendment) -> str:
    people = (amendment.proposed_by or amendment.proposed_key, amendment.approved_by)
    return ", ".join(str(each) for each in people if each)


def _entered(row: Subject) -> Entry:
    return Entry(title=_("Entered"), at=row.created_at, by="", text="")


def _names(row: Subject) -> Iterator[str]:
    """The fields of its form."""
    for name in ("name", "address", "ubigeo", "latitude", "longitude", "kind", "license"):
        if hasattr(row, name):
            yield name
    for name in ("storage_limit", "capacity"):
        if hasattr(row, f"{name}_value"):
            yield from (name, f"{name}_unit")


def _initial(row: Subject, name: str) -> Any:
    value = getattr(row, f"{name}_value" if hasattr(row, f"{name}_value") else name)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _value(row: Subject, name: str) -> Any:
    """What the verb is told of a field that is not asked for."""
    if not hasattr(row, f"{name}_value"):
        return getattr(row, name)
    value = getattr(row, f"{name}_value")
    return None if value is None else Quantity(value, Unit(getattr(row, f"{name}_unit")))
