"""Verbs of people: accept an invitation, and join."""

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.enrolment import already_member, hashed_token, require_no_member
from registry.models import Invitation, Membership, User
from registry.sides import require_one_side


def find_invitation(token: str) -> Invitation:
    """Return the invitation of a link. Raises Refused("invitation_over").

    Unknown, used and expired links get the same answer.
    """
    invitations = Invitation.objects.select_related("jurisdiction", "organization")
    open_ones = invitations.filter(accepted_at=None, expires_at__gt=clock.now())
    return _require_found(open_ones.filter(token_hash=hashed_token(token)).first())


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

    Raises Refused: invitation_over, invitation_of_another, already_member, both_sides,
    operator_stays_apart.
    """
    invitation = _locked(token)
    if user.email != invitation.email:
        sentence = _(
            "This invitation was sent to another address than the one you signed in with."
        )
        raise Refused("invitation_of_another", sentence)
    require_no_member(user.email, invitation.organization, invitation.jurisdiction)
    return _join(invitation, user)


def _locked(token: str) -> Invitation:
    found = find_invitation(token)
    rows = Invitation.objects.select_for_update(no_key=True, of=["self"])
    still_open = rows.filter(pk=found.pk, accepted_at=None, expires_at=found.expires_at)
    return _require_found(still_open.select_related("jurisdiction", "organization").first())


def _join(invitation: Invitation, user: User) -> Membership:
    # Of two invitations, to either side, the second to be accepted sees the first.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    require_one_side(user.email, invitation.organization, invitation.jurisdiction)
    invitation.accepted_at = now = clock.now()
    invitation.save(update_fields=["accepted_at"])
    with refuse_on({"one_membership_of_a_user_in_an_organization": already_member()}):
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
