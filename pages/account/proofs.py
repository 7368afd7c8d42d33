"""What follows when a factor was used or changed: notes, events, letters, the end of sessions."""

from typing import Any

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    record_authentication,
)
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.dispatch import receiver
from django.http import HttpRequest

from pages.account.assurance import PASSKEY_MARK, is_passkey
from registry import operations
from registry.models import User


@receiver(signals.authenticator_used)
def note_passkey(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **sent: Any
) -> None:
    """Note in the session that the key last used is a passkey."""
    if is_passkey(authenticator):
        request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1][PASSKEY_MARK] = True
        request.session.modified = True


@receiver(signals.authenticator_added)
def note_new_factor(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **sent: Any
) -> None:
    """To set a factor up is to prove it: an app told its digits, a key made sure of them."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return  # they came with another
    proof = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
    mark = {PASSKEY_MARK: True} if is_passkey(authenticator) else {}
    record_authentication(request, user, "mfa", **proof, **mark)
    _tell("added", request, user, authenticator)


@receiver(signals.authenticator_removed)
def tell_removed(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **sent: Any
) -> None:
    _tell("removed", request, user, authenticator)


@receiver(signals.authenticator_reset)
def tell_replaced(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **sent: Any
) -> None:
    _tell("replaced", request, user, authenticator)


def _tell(what: str, request: HttpRequest, user: User, factor: Authenticator) -> None:
    """Record it, write to the person, and end every session but this one."""
    changed = operations.note_factor_change(
        User.objects.get(pk=user.pk),
        what=what,
        factor=factor.type,
        name=factor.data.get("name", ""),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    user.session_generation = changed.session_generation
    update_session_auth_hash(request, user)
