"""People: who acts for a firm or the authority, and how they come and go."""

from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry import operations
from registry.access import manager_required, members_for, officer_required, organizations_for
from registry.forms import AcceptForm, InviteForm, MembershipForm
from registry.http import acting, noted
from registry.middleware import MEMBERSHIP
from registry.models import Invitation, Organization, User
from registry.models.people import AUTHORITY_ROLES, FIRM_ROLES
from registry.operations.people import find_invitation


@manager_required
def people(request: HttpRequest) -> HttpResponse:
    """Who acts for the reader's own firm, or for the authority."""
    by = acting(request)
    members = members_for(by).filter(organization=by.organization).order_by("pk")
    return render(request, "registry/people.html", {"members": members, "by": by})


@manager_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague."""
    return _invite(request, acting(request).organization, reverse("registry:people"))


@officer_required
def invite_to_firm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Invite somebody to a firm, as an officer."""
    firm = get_object_or_404(organizations_for(acting(request)), uuid=uuid)
    return _invite(request, firm, reverse("registry:firm", args=[uuid]))


def _invite(request: HttpRequest, organization: Organization | None, back: str) -> HttpResponse:
    by = acting(request)
    form = InviteForm(request.POST or None, roles=FIRM_ROLES if organization else AUTHORITY_ROLES)
    content: dict[str, Any] = {"form": form, "back": back}
    if request.method == "POST" and form.is_valid():
        link = form.act(partial(operations.invite, organization=organization, by=by))
        if link == "":
            messages.success(request, _("Proposed. Another officer must agree."))
            return redirect(back)
        if link:
            content |= {"link": link, "email": form.cleaned_data["email"]}
            return render(request, "registry/invited.html", content)
    content |= {
        "title": _("Invite somebody"),
        "submit": _("Send the invitation"),
        "caption": organization or by.jurisdiction,
        "explanation": _OFFICERS if organization is None else "",
    }
    return render(request, "registry/form.html", content)


_OFFICERS = gettext_lazy("To invite an officer takes two: another officer must agree first.")


@manager_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a member act here no more."""
    by = acting(request)
    member = get_object_or_404(members_for(by), pk=pk)
    firm = member.organization if by.is_authority else None
    back = reverse("registry:firm", args=[firm.uuid]) if firm else reverse("registry:people")
    if request.method == "POST":
        operations.end_membership(member, by=by)
        messages.success(request, _("They can act here no more."))
        return redirect(back)
    return render(request, "registry/member_end.html", {"member": member, "back": back})


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation's link leads: a new person makes an account, another joins."""
    found = find_invitation(token)
    if request.user.is_authenticated:
        return _joining(request, found, token)
    if User.objects.filter(email=found.email).exists():
        return render(request, "registry/invitation.html", {"invitation": found, "token": token})
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.act(partial(operations.accept_invitation, token=token))
        if user:
            return _signed_in(request, user)
    return render(request, "registry/invitation.html", {"invitation": found, "form": form})


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    # The password was chosen just now: who sets up a second factor need not repeat it.
    record_authentication(request, user, method="password", email=user.email)
    response: HttpResponse = perform_login(request, user, redirect_url=reverse("home"))
    return response


def _joining(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        membership = operations.join(token=token, user=user)
        request.session[MEMBERSHIP] = membership.pk
        return redirect("home")
    content = {"invitation": found, "mine": user.email == found.email, "token": token}
    return render(request, "registry/invitation.html", content)


@login_required
def membership(request: HttpRequest) -> HttpResponse:
    """Choose for whom to act."""
    memberships = noted(request).memberships
    form = MembershipForm(request.POST or None, memberships=memberships)
    if request.method == "POST" and form.is_valid():
        request.session[MEMBERSHIP] = int(form.cleaned_data["membership"])
        return redirect("home")
    return render(request, "registry/membership.html", {"form": form})
