"""The sign-in forms of django-allauth, which report what is missing as every other form does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from pages.account.attempts import Attempt, must_wait, person_named
from pages.account.devices import known_device
from pages.account.visitors import visitor_of
from pages.forms import FormDefaults
from registry import access_log, sign_in_guard
from registry.models.signing_in import AccessKind

# Texts of django-allauth whose Spanish is informal: our catalogue has them in the formal.
FORMALLY = (
    gettext_noop("Use authenticator app or code"),
    gettext_noop(
        "You cannot generate recovery codes without having two-factor authentication enabled."
    ),
)


@contextmanager
def guarded(purpose: str, user: Any) -> Iterator[None]:
    """Charge an attempt; what raises ValidationError in the block has failed."""
    attempt = Attempt(context.request, purpose, user=user)
    attempt.begin()
    try:
        yield
    except ValidationError:
        attempt.fail()
        raise
    attempt.succeed()


class SignIn(FormDefaults, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")


class ChangePassword(FormDefaults, account.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """The library would let somebody at an open browser guess it without end."""
        with guarded("password", self.user):
            old: str = super().clean_oldpassword()
        return old


class SetPassword(FormDefaults, account.SetPasswordForm):
    pass


class AskForReset(FormDefaults, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_email(self) -> str:
        """Many from one address wait. Whether there is such an account, no answer tells."""
        email: str = super().clean_email()
        person = person_named(email)
        address = context.request.META.get("REMOTE_ADDR", "")
        account = sign_in_guard.account_key(person.pk if person else None, email)
        device = known_device(context.request, person.pk if person else None)
        asked = sign_in_guard.counters_of("reset", account, address, device)
        self.of_account = [each for each in asked if not each.kind.endswith(".address")]
        charged = sign_in_guard.charge([each for each in asked if each not in self.of_account])
        if charged.wait_s:
            raise must_wait(context.request, charged.wait_s)
        visitor = visitor_of(context.request)
        access_log.note_access(AccessKind.RESET_ASKED, visitor, user=person)
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        """Send a letter, unless the account has had some of late: their links open still."""
        if sign_in_guard.charge(self.of_account).wait_s:
            return str(self.cleaned_data["email"])
        return str(super().save(request, **options))


class ResetPassword(FormDefaults, account.ResetPasswordKeyForm):
    pass


class ConfirmPassword(FormDefaults, account.ReauthenticateForm):
    pass


class GuardedCode:
    """A code of a second step; a wrong one counts, and many of them wait."""

    user: Any

    def clean_code(self) -> str:
        with guarded("code", self.user):
            code: str = super().clean_code()  # type: ignore[misc]  # of the form beside it
        return code


class SecondStep(FormDefaults, GuardedCode, mfa.AuthenticateForm):
    pass


class ConfirmCode(FormDefaults, GuardedCode, mfa.ReauthenticateForm):
    pass


class SetUpApp(FormDefaults, totp.ActivateTOTPForm):
    pass
