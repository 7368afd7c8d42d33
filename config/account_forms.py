"""The sign-in forms of django-allauth, which say what is missing as every other form does."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp

from config.forms import FormDefaults


class SignIn(FormDefaults, account.LoginForm):
    pass


class ChangePassword(FormDefaults, account.ChangePasswordForm):
    pass


class SetPassword(FormDefaults, account.SetPasswordForm):
    pass


class AskForReset(FormDefaults, account.ResetPasswordForm):
    pass


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
