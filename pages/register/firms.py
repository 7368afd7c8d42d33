"""The register of firms, for officers."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from authorizations.access import missed_codes_for
from authorizations.models import MissedCodes
from pages.entry import enter
from pages.guards import officer_required
from pages.lists import page_of
from pages.register.forms import DriverForm, LicenseForm, OrganizationForm, SiteForm, VehicleForm
from pages.register.keys import keys_of
from pages.register.proposals import waiting_for
from registry import clock, operations
from registry.access import (
    drivers_for,
    events_for,
    firms_found,
    licenses_for,
    members_for,
    organizations_for,
    permits_for,
    proposals_for,
    proposals_in,
    sites_for,
    vehicles_for,
)
from registry.actors import Actor
from registry.http import actor_of
from registry.models import License, Organization
from registry.models.firms import PermitState
from registry.models.proposals import ProposalState
from registry.standing import shown_standing

PAGE = 50


@officer_required
def firm_list(request: HttpRequest) -> HttpResponse:
    """Every firm, the newest first; `q` searches names and tax numbers."""
    query = request.GET.get("q", "")
    by = actor_of(request)
    everything = organizations_for(by)
    firms = firms_found(everything, query, home=by.jurisdiction.country)
    content = {"query": query, **page_of(request, firms, among=everything, size=PAGE)}
    return render(request, "register/firms.html", content)


@officer_required
def firm_new(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        firm = form.act(partial(operations.add_organization, by=actor_of(request)))
        if firm is not None:
            if firm.note:
                messages.warning(request, firm.note)
            return redirect("register:firm", firm.uuid)
    content = {
        "form": form,
        "title": _("Enter a firm"),
        "submit": _("Enter the firm"),
        "back": reverse("register:firms"),
    }
    return render(request, "register/form.html", content)


@officer_required
def firm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    by, firm = actor_of(request), _firm(request, uuid)
    content = {
        "firm": firm,
        "is_unchecked": _is_unchecked(by, firm),
        "licenses": _licenses(by, firm),
        "permits": permits_for(by)
        .filter(organization=firm, state=PermitState.IN_FORCE)
        .order_by("license__valid_from", "activity", "precursor__code"),
        "waiting": waiting_for(firm, by),
        "sites": sites_for(by).filter(organization=firm).order_by("pk"),
        "vehicles": vehicles_for(by).filter(organization=firm).order_by("plate"),
        "drivers": drivers_for(by).filter(organization=firm).order_by("name", "pk"),
        "keys": keys_of(firm, by),
        "guesses": _guesses(by, firm),
        "members": members_for(by).filter(organization=firm).order_by("pk"),
    }
    return render(request, "register/firm.html", content)


def _guesses(by: Actor, firm: Organization) -> MissedCodes | None:
    """The latest day of the last week on which it typed many codes that are not its own."""
    rows = missed_codes_for(by, at=clock.now()).filter(organization=firm)
    return rows.order_by("-day").first()


def _is_unchecked(by: Actor, firm: Organization) -> bool:
    """Whether the tax number could not be checked when the firm was entered."""
    entered = events_for(by).filter(subject_kind="organization", subject_id=firm.pk)
    return entered.filter(kind="organization.added", data__unchecked=True).exists()


def _licenses(by: Actor, firm: Organization) -> list[License]:
    """The newest first, each with its standing today and whether a proposal waits."""
    today = clock.today(by.jurisdiction)
    rows = list(licenses_for(by).filter(organization=firm).order_by("-valid_from"))
    waiting = proposals_for(by).filter(act="license.reinstate", organization=firm)
    waiting = proposals_in(waiting, ProposalState.PROPOSED, at=clock.now())
    lifting = dict(waiting.values_list("subject_id", "uuid"))
    for row in rows:
        row.shown = shown_standing(row, today)  # type: ignore[attr-defined]
        row.lifting = lifting.get(row.pk)  # type: ignore[attr-defined]
    return rows


@officer_required
def license_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _enter_for_firm(
        request,
        uuid,
        LicenseForm,
        operations.grant_license,
        title=_("Grant a license"),
        submit=_("Grant the license"),
        done=_("The license is granted."),
    )


@officer_required
def site_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _enter_for_firm(
        request,
        uuid,
        SiteForm,
        operations.add_site,
        title=_("Enter a site"),
        submit=_("Enter the site"),
        done=_("The site is entered."),
    )


@officer_required
def vehicle_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _enter_for_firm(
        request,
        uuid,
        VehicleForm,
        operations.add_vehicle,
        title=_("Enter a vehicle"),
        submit=_("Enter the vehicle"),
        done=_("The vehicle is entered."),
    )


@officer_required
def driver_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _enter_for_firm(
        request,
        uuid,
        DriverForm,
        operations.add_driver,
        title=_("Enter a driver"),
        submit=_("Enter the driver"),
        done=_("The driver is entered."),
    )


def _enter_for_firm(
    request: HttpRequest, uuid: UUID, form_class: Any, verb: Any, **words: Any
) -> HttpResponse:
    firm = _firm(request, uuid)
    return enter(
        request,
        form_class(request.POST or None),
        partial(verb, organization=firm, by=actor_of(request)),
        back=reverse("register:firm", args=[uuid]),
        caption=firm.name,
        **words,
    )


def _firm(request: HttpRequest, uuid: UUID) -> Organization:
    return get_object_or_404(organizations_for(actor_of(request)), uuid=uuid)
