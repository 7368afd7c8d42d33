"""How people sign in: by invitation only, officers and operators with a second factor."""

from typing import cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from registry.models import Membership, User

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

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])  # the database refuses other columns


def lacks_second_factor(request: HttpRequest, membership: Membership | None) -> bool:
    """Tell whether this page must wait until the person has set up a second factor.

    Officers and inspectors need one, and the operators who look into the admin.
    """
    user = cast(User, request.user)
    if settings.DEMO_MODE or request.path in map(reverse, OPEN_PAGES):
        return False
    if membership and (membership.is_authority or user.is_superuser):
        return not membership.has_totp  # type: ignore[attr-defined]  # annotated by the middleware
    return user.is_superuser and not totp_of(user).exists()


def totp_of(user: User | OuterRef) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return rows.filter(type=Authenticator.Type.TOTP)
