"""Which pages of an account there are, and that no other came with the library."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.urls import urlpatterns as allauth_patterns
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from pages.account.urls import urlpatterns
from registry.models import User
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.usefixtures("plain")

ROUTED = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_set_password",
    "account_sessions",
    "account_signup",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}


def offered(patterns: list[Any], prefix: str = "/accounts/") -> dict[str, str]:
    """Every page the library has, with an address that its pattern matches."""
    found: dict[str, str] = {}
    for pattern in patterns:
        address = prefix + re.sub(r"\(.*\)|[$^]", "x", str(pattern.pattern)).strip("x")
        if isinstance(pattern, URLPattern):
            found[str(pattern.name)] = address
        else:
            found |= offered(pattern.url_patterns, address)
    return found


LEFT_OUT = {name: at for name, at in offered(allauth_patterns).items() if name not in ROUTED}


def test_these_pages_are_routed_and_no_others() -> None:
    assert {pattern.name for pattern in urlpatterns} == ROUTED


def test_the_page_that_changes_an_address_is_among_those_left_out() -> None:
    assert {"account_email", "account_confirm_email", "account_confirm_login_code"} <= {*LEFT_OUT}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_page_left_out_is_not_there(
    name: str, client: Client, buyer: Firm, buyer_signed_in: None
) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert buyer.actor.user
    for address in {LEFT_OUT[name], "/accounts/", "/accounts/email/"}:
        assert client.get(address).status_code == 404
        answer = client.post(address, {"action_add": "", "email": "eve@elsewhere.example"})
        assert answer.status_code == 404
    assert not EmailAddress.objects.exists()


@pytest.fixture
def buyer_signed_in(client: Client, buyer: Firm) -> None:
    assert buyer.actor.user
    client.force_login(buyer.actor.user)


def test_sign_up_is_closed_whatever_is_posted(client: Client, db: None) -> None:
    values = {"email": "eve@x.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "by invitation" in client.get("/accounts/signup/").content.decode()
    assert client.post("/accounts/signup/", values).status_code == 405
    assert not User.objects.exists()


def test_an_unknown_address_is_answered_like_a_known_one(client: Client, buyer: Firm) -> None:
    """Both are sent a letter; the page says the same."""
    assert buyer.actor.user
    shown = []
    for email in (buyer.actor.user.email, "nobody@nowhere.example"):
        answer = client.post("/accounts/password/reset/", {"email": email})
        shown.append((answer.status_code, answer.headers["Location"]))
    assert shown[0] == shown[1]
    assert [letter.to for letter in mail.outbox] == [
        [buyer.actor.user.email],
        ["nobody@nowhere.example"],
    ]
