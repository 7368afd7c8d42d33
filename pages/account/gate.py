"""What somebody must do before any page is shown to them: prove a factor, or set one up."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from pages.account.assurance import (
    Level,
    factors_of,
    held_levels,
    is_demo,
    needed_of,
    proven_level,
)
from registry.http import portal_request
from registry.models import User

ALWAYS_OPEN = ("account_logout", "set_language", "register:lost")
PROVE = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")
SET_UP_PASSKEY = ("mfa_add_webauthn", "account_reauthenticate", "mfa_reauthenticate")
SET_UP_ANY = ("mfa_activate_totp", *SET_UP_PASSKEY)


def shut_out_to(request: HttpRequest) -> str | None:
    """The page that must come first; None where this one may be shown."""
    if not is_shut_out(request):
        return None
    proven, needed = proven_level(request), needed_of(request)
    held = max(held_levels(cast(User, request.user)), default=Level.PASSWORD)
    if held > proven:
        return _unless_open(request, PROVE, back=True)
    if needed == Level.PASSKEY:
        return _unless_open(request, SET_UP_PASSKEY)
    return _unless_open(request, SET_UP_ANY)


def is_shut_out(request: HttpRequest) -> bool:
    """Whether somebody who is signed in has to prove more before they see the portal's pages."""
    proven = proven_level(request)
    if proven == Level.PASSKEY or is_demo(request):
        return False
    if proven < needed_of(request):
        return True
    return proven < Level.SECOND_STEP and _has_factor(request)


def _unless_open(
    request: HttpRequest, pages: tuple[str, ...], *, back: bool = False
) -> str | None:
    if request.path in map(reverse, (*pages, *ALWAYS_OPEN)):
        return None
    address = reverse(pages[0])
    return f"{address}?{urlencode({'next': request.get_full_path()})}" if back else address


def _has_factor(request: HttpRequest) -> bool:
    """Told by the query for memberships, where there are any."""
    for membership in portal_request(request).memberships:
        return bool(membership.has_factor)  # type: ignore[attr-defined]  # annotated there
    return factors_of(cast(User, request.user)).exists()
