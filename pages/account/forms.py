"""The sign-in forms of django-allauth, which report what is missing as every other form does."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from pages.forms import FormDefaults

# Texts of django-allauth whose Spanish is informal: our catalogue has them in the formal.
FORMALLY = (
    gettext_noop("Use authenticator app or code"),
    gettext_noop(
        "You cannot generate recovery codes without having two-factor authentication enabled."
    ),
)


class SignIn(FormDefaults, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")


class ChangePassword(FormDefaults, account.ChangePasswordForm):
    pass


class SetPassword(FormDefaults, account.SetPasswordForm):
    pass


class AskForReset(FormDefaults, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


class ResetPassword(FormDefaults, account.ResetPasswordKeyForm):
    pass


class ConfirmPassword(FormDefaults, account.ReauthenticateForm):
    pass


class SecondStep(FormDefaults, mfa.AuthenticateForm):
    pass


class ConfirmCode(FormDefaults, mfa.ReauthenticateForm):
    pass


class SetUpApp(FormDefaults, totp.ActivateTOTPForm):
    pass
