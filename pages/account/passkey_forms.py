"""What a browser sends of a passkey, for each place where django-allauth asks for one."""

import struct
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pages.account.adapter import own_origin
from pages.account.assurance import is_passkey
from pages.forms import FormDefaults

T = TypeVar("T")
LONGEST = 20_000  # characters; what devices send has some two thousand
NOT_ACCEPTED = _("The passkey was not accepted. Try again.")
# What reading a forged answer ends in, besides what the library makes of it.
UNREADABLE = (
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


def read(reading: Callable[[], T]) -> T:
    """What a browser sent, checked; whatever is wrong with it is told in one sentence."""
    try:
        return reading()
    except (ValidationError, *UNREADABLE):
        raise ValidationError(NOT_ACCEPTED, code="passkey_not_accepted") from None


class CredentialField(forms.JSONField):
    """What the device answered, as the browser writes it."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST:
            raise ValidationError(NOT_ACCEPTED, code="passkey_not_accepted")
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(NOT_ACCEPTED, code="passkey_not_accepted") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """An answer is used once: a form that is shown again holds none."""
        return None


class Credential(FormDefaults):
    """Takes the answer of the portal's own page alone: not of another under its name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["credential"] = CredentialField(error_messages={"required": NOT_ACCEPTED})
        self.fields.pop("passwordless", None)


def _require_own_page(response: Any) -> None:
    if response.response.client_data.origin != own_origin():
        raise ValueError("Another page asked for this.")


class AddPasskey(Credential, webauthn.AddWebAuthnForm):
    """A new passkey, which has made sure of the person."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = NameField()
        self.order_fields(["name"])

    def clean(self) -> dict[str, Any]:
        return read(self._clean)

    def _clean(self) -> dict[str, Any]:
        credential = self.cleaned_data["credential"]
        response = auth.parse_registration_response(credential)
        _require_own_page(response)
        if Authenticator.objects.filter(data__credential__id=credential["id"]).exists():
            raise ValueError("It is somebody's already.")
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class NameField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Name"),
            help_text=_("By which you will know it in the list, such as “Office laptop”."),
            max_length=60,
            widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        )


class RenamePasskey(FormDefaults, webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = NameField()


class Answer(Credential):
    """A key's answer to a challenge. It is never slowed: it cannot be guessed."""

    user: Any

    def clean_credential(self) -> Authenticator:
        return read(self._clean_credential)

    def _clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]  # type: ignore[attr-defined]
        _require_own_page(auth.parse_authentication_response(credential))
        user = self.user or auth.extract_user_from_response(credential)
        factor: Authenticator = auth.complete_authentication(user, credential)
        return factor


class SignInWithPasskey(Answer, webauthn.LoginWebAuthnForm):
    """Nothing else is asked for: a key that was registered for the second step will not do."""

    def _clean_credential(self) -> Authenticator:
        factor = super()._clean_credential()
        if not is_passkey(factor):
            raise ValueError("It is a key for the second step.")
        return factor


class SecondStepWithKey(Answer, webauthn.AuthenticateWebAuthnForm):
    pass


class ConfirmWithPasskey(Answer, webauthn.ReauthenticateWebAuthnForm):
    pass
