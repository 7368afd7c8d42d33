"""People: who acts for a firm or the authority, and how they come and go."""

from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from pages.account.links import guarded_link
from pages.account.visitors import visitor_of
from pages.entry import enter, told_of
from pages.guards import manager_required, officer_required
from pages.middleware import MEMBERSHIP
from pages.register.forms import AcceptForm, InviteForm, MembershipForm
from pages.show import posted
from pages.verb_form import ReasonForm
from registry import operations
from registry.access import members_for, organizations_for
from registry.actors import Actor
from registry.http import actor_of, portal_request
from registry.models import Invitation, Membership, Organization, User
from registry.models.people import AUTHORITY_ROLES, FIRM_ROLES, Role
from registry.operations.people import find_invitation


@manager_required
def people(request: HttpRequest) -> HttpResponse:
    """Who acts for the reader's own firm, or for the authority."""
    by = actor_of(request)
    members = members_for(by).filter(organization=by.organization).order_by("pk")
    return render(request, "register/people.html", {"members": members, "by": by})


@manager_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague."""
    return _invite(request, actor_of(request).organization, reverse("register:people"))


@officer_required
def invite_to_firm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Invite somebody to a firm, as an officer."""
    firm = get_object_or_404(organizations_for(actor_of(request)), uuid=uuid)
    return _invite(request, firm, reverse("register:firm", args=[uuid]))


def _invite(request: HttpRequest, organization: Organization | None, back: str) -> HttpResponse:
    by = actor_of(request)
    form = InviteForm(request.POST or None, roles=FIRM_ROLES if organization else AUTHORITY_ROLES)
    content: dict[str, Any] = {"form": form, "back": back}
    if request.method == "POST" and form.is_valid():
        made = form.act(partial(operations.invite, organization=organization, by=by))
        if made is not None:
            sent = _("The invitation is sent to %(email)s.") % form.cleaned_data
            messages.success(request, told_of(made, sent))
            return redirect(back)
    content |= {
        "title": _("Invite somebody"),
        "submit": _("Send the invitation"),
        "caption": organization or by.jurisdiction,
        "explanation": _TWO if by.is_authority else _BY_MAIL,
    }
    return render(request, "register/form.html", content)


_TWO = gettext_lazy(
    "To invite takes two: another officer must agree first. The link is then mailed to this"
    " address, and shown to nobody else."
)
_BY_MAIL = gettext_lazy("The link is mailed to this address, and shown to nobody else.")


@manager_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a member act here no more."""
    by = actor_of(request)
    member = get_object_or_404(members_for(by), pk=pk)
    firm = member.organization if by.is_authority else None
    back = reverse("register:firm", args=[firm.uuid]) if firm else reverse("register:people")
    if request.method == "POST":
        made = operations.end_membership(member, by=by)
        messages.success(request, told_of(made, _("They can act here no more.")))
        return redirect("home" if member.user == by.user else back)
    content = {"member": member, "back": back, "by_two": _takes_two(member, by)}
    return render(request, "register/member_end.html", content)


def _takes_two(member: Membership, by: Actor) -> bool:
    """Whether another officer must agree: to end an officer, unless it is oneself."""
    return member.role == Role.OFFICER and member.user != by.user


@manager_required
def recover(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a member who lost every factor may set up new ones."""
    by = actor_of(request)
    member = get_object_or_404(members_for(by), pk=pk)
    firm = member.organization if by.is_authority else None
    back = reverse("register:firm", args=[firm.uuid]) if firm else reverse("register:people")
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.ask_recovery, member, by=by),
        back=back,
        title=_("Help back who lost passkey or app"),
        submit=_("Propose") if by.is_authority else _("Begin the waiting time"),
        done=_("The person is written to."),
        caption=member.user,
        explanation=_(_BY_TWO if by.is_authority else _BY_MANAGER)
        % {"hours": settings.RECOVERY_WAIT_HOURS},
    )


_BY_TWO = gettext_noop(
    "Make sure that it is the person who asks: see or call them. Another officer must agree; then"
    " they have %(hours)s hours to object, and after that they sign in with the password and set"
    " up a new passkey or app."
)
_BY_MANAGER = gettext_noop(
    "Make sure that it is the person who asks: see or call them. They have %(hours)s hours to"
    " object; after that they sign in with the password and set up a new passkey or app."
)


def recovery(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter leads somebody whose factors are to be removed; POST stops it."""
    with guarded_link(request):
        found = operations.find_recovery(token)
    if request.method == "POST":
        found = operations.stop_recovery(found)
    return render(request, "register/recovery.html", {"recovery": found})


def lost(request: HttpRequest) -> HttpResponse:
    """How somebody who lost every factor gets back."""
    return render(request, "register/lost.html", {"hours": settings.RECOVERY_WAIT_HOURS})


@manager_required
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    """End every session of a member: a telephone was lost, or somebody else sits at it."""
    by = actor_of(request)
    member = get_object_or_404(members_for(by), pk=pk)
    back = _back_of(member, by)
    if request.method == "POST":
        operations.sign_out_person(member.user, visitor_of(request), by=by)
        messages.success(request, _("They are signed out everywhere."))
        return redirect(back)
    sessions = operations.live_sessions_of(member.user).count()
    content = {"member": member, "sessions": sessions, "back": back}
    return render(request, "register/member_sign_out.html", content)


def _back_of(member: Membership, by: Actor) -> str:
    firm = member.organization if by.is_authority else None
    return reverse("register:firm", args=[firm.uuid]) if firm else reverse("register:people")


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation's link leads: a new person makes an account, another joins."""
    with guarded_link(request):
        found = find_invitation(token)
    if request.user.is_authenticated:
        return _joining(request, found, token)
    if User.objects.filter(email=found.email).exists():
        return render(request, "register/invitation.html", {"invitation": found, "token": token})
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.act(partial(operations.accept_invitation, token=token))
        if user:
            return _signed_in(request, user)
    return render(request, "register/invitation.html", {"invitation": found, "form": form})


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
    return render(request, "register/invitation.html", content)


@login_required
def membership(request: HttpRequest) -> HttpResponse:
    """Choose for whom to act."""
    memberships = portal_request(request).memberships
    form = MembershipForm(request.POST or None, memberships=memberships)
    if request.method == "POST" and form.is_valid():
        request.session[MEMBERSHIP] = int(form.cleaned_data["membership"])
        return redirect("home")
    return render(request, "register/membership.html", {"form": form})
