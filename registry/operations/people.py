"""Verbs of people: invite, join, end a membership."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.invitations import mail_invitation
from registry.models import Invitation, Membership, Organization, User
from registry.models.people import AUTHORITY_ROLES, FIRM_ROLES, Role
from registry.second_officer import require_second

INVITATION_VALID = timedelta(days=7)
SENT = ["token_hash", "expires_at", "approved_at", "approved_by"]  # what sending one changes


@transaction.atomic
def invite(*, email: str, role: str, organization: Organization | None, by: Actor) -> str:
    """Invite somebody to a firm, or (without one) to the authority; return the link.

    The link works once, for seven days, and replaces earlier ones. It is mailed after the
    transaction; a failure to send undoes nothing. An officer invited by an officer or a program
    gets it only after `approve_invitation` by a second officer: until then "" is returned.

    Raises Refused: email_invalid, role_does_not_fit, already_member.
    """
    email = inputs.email(email)
    _require_fitting(role, organization)
    _require_no_member(email, organization, by)
    now = clock.now()
    open_ones = Invitation.objects.filter(
        jurisdiction=by.jurisdiction, organization=organization, email=email, accepted_at=None
    )
    open_ones.filter(expires_at__gt=now).update(expires_at=now)
    invitation = Invitation(
        jurisdiction=by.jurisdiction,
        organization=organization,
        email=email,
        role=role,
        created_at=now,
        expires_at=now + INVITATION_VALID,
        invited_by=by.user,
        invited_key=by.api_key,
    )
    if role == Role.OFFICER and not by.is_portal:
        invitation.save(force_insert=True)
        _record("proposed", invitation, now, by)
        return ""
    return _send(invitation, now, by)


def _send(invitation: Invitation, now: datetime, by: Actor) -> str:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hashed(token)
    invitation.expires_at = now + INVITATION_VALID
    invitation.save(update_fields=None if invitation.pk is None else SENT)
    _record("sent", invitation, now, by)
    link = settings.PUBLIC_URL + reverse("register:invitation", args=[token])
    # A lambda, because Django cannot log the failure of a partial.
    transaction.on_commit(lambda: mail_invitation(invitation, link), robust=True)
    return link


def _record(event: str, invitation: Invitation, at: datetime, by: Actor) -> None:
    firm = [invitation.organization_id]
    data = {"role": invitation.role}
    events.record(f"invitation.{event}", invitation, at=at, organizations=firm, data=data, by=by)


@transaction.atomic
def approve_invitation(invitation: Invitation, *, by: Actor) -> Invitation:
    """Agree, as the second officer, to invite an officer: only now the link is made and mailed.

    It is shown to nobody, since whoever opens it first becomes the officer. Raises Refused:
    second_must_be_a_person, second_must_differ, invitation_proposal_over.
    """
    invitation = _locked_proposal(invitation)
    if invitation.approved_at:
        return invitation
    now = clock.now()
    if invitation.withdrawn_at or invitation.token_hash or invitation.expires_at <= now:
        sentence = _("This proposal is over: withdrawn, replaced, or older than seven days.")
        raise Refused("invitation_proposal_over", sentence)
    invitation.approved_by = require_second(by, sponsor=invitation.invited_by_id)
    invitation.approved_at = now
    _record("approved", invitation, now, by)
    _send(invitation, now, by)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> Invitation:
    """Withdraw or decline the proposal of an officer. Raises Refused("invitation_sent")."""
    invitation = _locked_proposal(invitation)
    if invitation.token_hash:
        raise Refused("invitation_sent", _("The invitation has already been sent."))
    if not invitation.withdrawn_at:
        invitation.withdrawn_at = now = clock.now()
        invitation.save(update_fields=["withdrawn_at"])
        _record("withdrawn", invitation, now, by)
    return invitation


def _locked_proposal(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("jurisdiction").get(pk=invitation.pk)


def _require_fitting(role: str, organization: Organization | None) -> None:
    if role not in (FIRM_ROLES if organization else AUTHORITY_ROLES):
        raise Refused("role_does_not_fit", _("There is no such role here."), field="role")


def _require_no_member(email: str, organization: Organization | None, by: Actor) -> None:
    members = Membership.objects.filter(
        jurisdiction=by.jurisdiction, organization=organization, user__email=email, ended_at=None
    )
    if members.exists():
        raise _already_member()


def _already_member() -> Refused:
    return Refused("already_member", _("This person already belongs to it."), field="email")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation:
    """Return the invitation of a link. Raises Refused("invitation_over").

    Unknown, used and expired links get the same answer.
    """
    invitations = Invitation.objects.select_related("jurisdiction", "organization")
    open_ones = invitations.filter(accepted_at=None, expires_at__gt=clock.now())
    return _require_found(open_ones.filter(token_hash=_hashed(token)).first())


def _require_found(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        sentence = _("This link has been used or is too old. Ask for a new invitation.")
        raise Refused("invitation_over", sentence)
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str) -> User:
    """Make the invited person's account, and let them join.

    Raises Refused: invitation_over, sign_in_first (there is an account), password_weak, blank,
    too_long.
    """
    invitation = _locked(token)
    has_account = Refused("sign_in_first", _("You already have an account: sign in first."))
    if User.objects.filter(email=invitation.email).exists():
        raise has_account
    user = User(
        email=invitation.email,
        name=inputs.text(name, field="name", at_most=150),
        language=(get_language() or "")[:2],
    )
    _set_password(user, password)
    with refuse_on({"registry_user_email_key": has_account}):
        user.save(force_insert=True)
    # The link was mailed to this address: so it is verified, as a second factor requires.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    _join(invitation, user)
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise Refused("password_weak", sentence, field="password") from error
    user.set_password(password)


@transaction.atomic
def join(*, token: str, user: User) -> Membership:
    """Let somebody who has an account accept an invitation to their address.

    Raises Refused: invitation_over, invitation_of_another, already_member.
    """
    invitation = _locked(token)
    if user.email != invitation.email:
        sentence = _(
            "This invitation was sent to another address than the one you signed in with."
        )
        raise Refused("invitation_of_another", sentence)
    _require_no_member(user.email, invitation.organization, Actor.portal(invitation.jurisdiction))
    return _join(invitation, user)


def _locked(token: str) -> Invitation:
    found = find_invitation(token)
    rows = Invitation.objects.select_for_update(no_key=True, of=["self"])
    still_open = rows.filter(pk=found.pk, accepted_at=None, expires_at=found.expires_at)
    return _require_found(still_open.select_related("jurisdiction", "organization").first())


def _join(invitation: Invitation, user: User) -> Membership:
    invitation.accepted_at = now = clock.now()
    invitation.save(update_fields=["accepted_at"])
    with refuse_on({"one_membership_of_a_user_in_an_organization": _already_member()}):
        membership = Membership.objects.create(
            jurisdiction=invitation.jurisdiction,
            user=user,
            organization=invitation.organization,
            role=invitation.role,
            invitation=invitation,
        )
    firm = [membership.organization_id]
    data = {"role": membership.role}
    by = Actor.person(membership)
    events.record("membership.begun", membership, at=now, organizations=firm, data=data, by=by)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: Actor) -> Membership:
    """End a membership at once. Raises Refused("last_officer")."""
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if membership.ended_at:
        return membership
    _require_not_last_officer(membership)
    membership.ended_at = now = clock.now()
    membership.save(update_fields=["ended_at"])
    firm = [membership.organization_id]
    events.record("membership.ended", membership, at=now, organizations=firm, by=by)
    return membership


def _require_not_last_officer(membership: Membership) -> None:
    if not membership.is_authority:
        return
    officers = Membership.objects.select_for_update(no_key=True).filter(
        jurisdiction=membership.jurisdiction_id, organization=None, role="officer", ended_at=None
    )
    if [officer.pk for officer in officers] == [membership.pk]:
        raise Refused("last_officer", _("The authority needs at least one officer."))
