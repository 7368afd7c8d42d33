"""How django-allauth lets people sign in here: by invitation, at the portal's address."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.account.assurance import Level, held_levels, is_fresh, level_of, needed_of
from pages.account.attempts import Attempt, person_named
from registry import sealing
from registry.models import User

PASSKEY, CODE, BY_PASSWORD = (
    "mfa_reauthenticate_webauthn",
    "mfa_reauthenticate",
    "account_reauthenticate",
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])  # the database refuses other columns

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Look at a password, unless the guard lets it wait. Raises ValidationError.

        Signing in and confirming one's password both come here.
        """
        email = str(credentials.get("email", ""))
        attempt = Attempt(request, "password", user=person_named(email), name=email)
        attempt.begin()
        user: User | None = super().authenticate(request, **credentials)
        attempt.succeed() if user else attempt.fail()
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter whose links lead to the portal, whatever Host the request named."""
        public = urlsplit(settings.PUBLIC_URL)
        at_home = {name: _at_home(value, public) for name, value in context.items()}
        site = SimpleNamespace(domain=public.netloc, name=public.hostname)
        super().send_mail(template_prefix, email, {**at_home, "current_site": site})

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """By what somebody proves that it is them: the best they have, never less than needed.

        A password proves nothing of who has a factor: it may have been taken.
        """
        if not user.is_authenticated:
            return []
        return [
            {"id": name, "description": _ways()[name], "url": reverse(name)}
            for name in _provable(user)
        ]


def _at_home(value: Any, public: SplitResult) -> Any:
    """Return an address with the portal's own host; anything else as it is."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    return urlsplit(value)._replace(scheme=public.scheme, netloc=public.netloc).geturl()


def _ways() -> dict[str, str]:
    return {
        PASSKEY: _("Use a passkey"),
        CODE: _("Use an authenticator app or a recovery code"),
        BY_PASSWORD: _("Use your password"),
    }


def _provable(user: User) -> list[str]:
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    has_key = Authenticator.Type.WEBAUTHN in types
    codes_do = needed_of(context.request) < Level.PASSKEY or Level.PASSKEY not in held_levels(user)
    ways = [PASSKEY] if has_key else []
    if codes_do and types - {Authenticator.Type.WEBAUTHN}:
        ways.append(CODE)
    return ways or ([BY_PASSWORD] if user.has_usable_password() else [])


class FactorAdapter(DefaultMFAAdapter):
    """Passkeys belong to PUBLIC_URL, whatever a request calls the portal; secrets are sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "This is the last of what you must sign in with. Set up another one first."
        ),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": str(urlsplit(settings.PUBLIC_URL).hostname), "name": _("Precursor portal")}

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last that does what the person needs."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        real = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        left = max(map(level_of, real), default=Level.PASSWORD)
        return left >= min(needed_of(context.request), level_of(authenticator))

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}


def own_origin() -> str:
    """What a browser calls the portal's address: without the port that goes without saying."""
    url = urlsplit(settings.PUBLIC_URL)
    usual = {"https": 443, "http": 80}.get(url.scheme)
    port = "" if url.port in (None, usual) else f":{url.port}"
    return f"{url.scheme}://{url.hostname}{port}"
