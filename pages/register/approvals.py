"""What is granted and taken under a license; what loosens waits for a second officer."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from pages.entry import enter
from pages.guards import officer_required
from pages.register.forms import PermitForm
from pages.verb_form import ReasonForm
from registry import operations
from registry.access import licenses_for
from registry.http import actor_of
from registry.models import License


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


def _license(request: HttpRequest, uuid: UUID) -> License:
    return get_object_or_404(licenses_for(actor_of(request)), uuid=uuid)


def _firm_address(license: License) -> str:
    return reverse("register:firm", args=[license.organization.uuid])


def _caption(license: License) -> str:
    return f"{license.organization} – {license}"
