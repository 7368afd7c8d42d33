"""Licenses, permits and officers: what is decided alone, and what waits for a second officer."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pages.entry import enter
from pages.guards import officer_required
from pages.register.forms import PermitForm
from pages.register.places import changes_of
from pages.verb_form import ReasonForm
from registry import clock, operations
from registry.access import (
    amendments_for,
    licenses_for,
    product_proposals_for,
)
from registry.actors import Actor
from registry.http import actor_of
from registry.models import License
from registry.models.amendments import AmendmentState


@officer_required
def permit_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Grant a permit; what is looser than the last one goes to the second officer."""
    license = _license(request, uuid)
    return enter(
        request,
        PermitForm(request.POST or None),
        partial(operations.grant_permit, license=license, by=actor_of(request)),
        back=_firm_address(license),
        title=_("Grant a permit"),
        submit=_("Grant the permit"),
        done=_("The permit is in force."),
        explanation=_(
            "A firm's first permit, and one that allows more than its last, wait for a second"
            " officer. What tightens is in force at once."
        ),
        caption=_caption(license),
    )


@officer_required
def suspend(request: HttpRequest, uuid: UUID) -> HttpResponse:
    license = _license(request, uuid)
    return enter(
        request,
        ReasonForm(request.POST or None),
        partial(operations.suspend_license, license, by=actor_of(request)),
        back=_firm_address(license),
        title=_("Suspend the license"),
        submit=_("Suspend the license"),
        done=_("The license is suspended, from now on."),
        caption=_caption(license),
        explanation=_(
            "It takes effect at once: the firm can neither request codes nor sell. Lifting it"
            " takes two officers."
        ),
        warning=True,
    )


@officer_required
def reinstate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    license = _license(request, uuid)
    return enter(
        request,
        ReasonForm(request.POST or None),
        partial(operations.propose_reinstatement, license, by=actor_of(request)),
        back=_firm_address(license),
        title=_("Propose to lift the suspension"),
        submit=_("Propose"),
        done=_("The suspension is lifted."),
        caption=_caption(license),
        explanation=_("The license stays suspended until another officer agrees."),
    )


def others_waiting(by: Actor) -> dict[str, Any]:
    """What waits of the kinds that have pages of their own, the oldest first."""
    found = {
        "products": product_proposals_for(by)
        .filter(approved_at=None, refused_at=None, expires_at__gt=clock.now())
        .order_by("pk"),
        "amendments": amendments_for(by).filter(state=AmendmentState.PROPOSED).order_by("pk"),
    }
    return {**found, "others": any(found.values())}


@officer_required
def product_version(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A product beside what it is to become; POST agrees or refuses."""
    row = get_object_or_404(product_proposals_for(actor_of(request)), uuid=uuid)
    verbs = {
        "approve": operations.approve_product_version,
        "refuse": operations.refuse_product_version,
    }
    if verb := _verb_of_button(request, verbs):
        verb(row, by=actor_of(request))
        messages.success(request, _("Your decision is recorded."))
        return redirect("register:approvals")
    content = {"proposal": row, "mine": row.proposed_by == request.user, "now": clock.now()}
    return render(request, "register/product_version.html", content)


@officer_required
def amendment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A looser site beside the one that it would change; POST agrees or refuses."""
    row = get_object_or_404(amendments_for(actor_of(request)).filter(loosens=True), uuid=uuid)
    verbs = {"approve": operations.approve_amendment, "refuse": operations.refuse_amendment}
    if verb := _verb_of_button(request, verbs):
        verb(row, by=actor_of(request))
        messages.success(request, _("Your decision is recorded."))
        return redirect("register:approvals")
    content = {
        "proposal": row,
        "changes": list(changes_of(row)),
        "mine": row.proposed_by == request.user,
    }
    return render(request, "register/amendment.html", content)


def _verb_of_button(request: HttpRequest, verbs: dict[str, Any]) -> Any:
    """The verb of the button that was pressed."""
    return verbs.get(request.POST.get("decision", "")) if request.method == "POST" else None


def _license(request: HttpRequest, uuid: UUID) -> License:
    return get_object_or_404(licenses_for(actor_of(request)), uuid=uuid)


def _firm_address(license: License) -> str:
    return reverse("register:firm", args=[license.organization.uuid])


def _caption(license: License) -> str:
    return f"{license.organization} – {license}"
