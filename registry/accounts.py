"""How people sign in: by invitation only, officers with a second factor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from registry.models import Membership

# Where somebody must get without a second factor, to set it up or to leave.
OPEN_PAGES = (
    "mfa_activate_totp",
    "account_reauthenticate",
    "account_logout",
    "set_language",
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def lacks_second_factor(request: HttpRequest, membership: Membership) -> bool:
    """Tell whether this page must wait until an officer has set up a second factor."""
    if settings.DEMO_MODE or not membership.is_authority:
        return False
    has_totp: bool = membership.has_totp  # type: ignore[attr-defined]  # annotated by the middleware
    return not has_totp and request.path not in map(reverse, OPEN_PAGES)
