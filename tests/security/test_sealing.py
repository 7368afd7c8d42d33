"""A copy of the database without the key is useless for second factors."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings

from config.checks import factors_are_sealed, passkeys_are_given
from pages.account.assurance import Level
from registry import sealing
from registry.tasks import seal_factors
from tests.cast import Firm
from tests.security.conftest import person
from tests.security.test_assurance import SECRET, digits, set_up_app
from tests.sign_in import sign_in

OLD, NEW = "an old key, long enough to be one, it is", "a new key, long enough to be one, too!"


def dump() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        return str(cursor.fetchone()[0])


def test_what_is_set_up_on_the_page_is_sealed(buyer: Firm) -> None:
    client = sign_in(Client(), person(buyer.actor), Level.PASSWORD)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    set_up_app(client)
    kept = dump()
    assert secret not in kept
    assert kept.count(sealing.SEALED) == 2  # the app's, and the recovery codes'


def test_a_copy_is_useless_without_the_key(buyer: Firm, settings: Any) -> None:
    settings.FACTOR_KEYS = [OLD]
    app = TOTP.activate(person(buyer.actor), SECRET)
    settings.FACTOR_KEYS = [NEW]
    with pytest.raises(sealing.UnknownKey):
        app.validate_code(digits())


def test_secrets_of_before_go_on_working_and_are_sealed_by_the_command(buyer: Firm) -> None:
    user = person(buyer.actor)
    app = Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    codes = Authenticator.objects.create(
        user=user, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 1}
    )
    before = RecoveryCodes(codes).generate_codes()
    call_command("seal_factors")
    assert SECRET not in dump() and "abab" not in dump()
    app.refresh_from_db()
    codes.refresh_from_db()
    assert app.wrap().validate_code(digits())
    assert codes.wrap().generate_codes() == before
    assert codes.data["used_mask"] == 1


def test_keys_are_changed_one_after_the_other(buyer: Firm, settings: Any) -> None:
    settings.FACTOR_KEYS = [OLD]
    TOTP.activate(person(buyer.actor), SECRET)
    settings.FACTOR_KEYS = [NEW, OLD]
    assert Authenticator.objects.get().wrap().validate_code(digits())
    seal_factors()
    settings.FACTOR_KEYS = [NEW]
    assert sealing.unseal(Authenticator.objects.get().data["secret"]) == SECRET
    kept = dump()
    seal_factors()
    assert dump() == kept  # what is sealed with the newest is left alone


def test_naming_keys_later_locks_nobody_out(buyer: Firm, settings: Any) -> None:
    settings.FACTOR_KEYS = []
    TOTP.activate(person(buyer.actor), SECRET)
    settings.FACTOR_KEYS = [NEW]
    assert sealing.unseal(Authenticator.objects.get().data["secret"]) == SECRET


def test_a_missing_key_is_told_and_nothing_is_changed(buyer: Firm, settings: Any) -> None:
    settings.FACTOR_KEYS = [OLD]
    TOTP.activate(person(buyer.actor), SECRET)
    settings.FACTOR_KEYS = [NEW]
    with pytest.raises(CommandError, match="key that is not set"):
        call_command("seal_factors")


def test_what_a_deployment_forgot_is_named() -> None:
    with override_settings(FACTOR_KEYS=[]):
        assert [each.id for each in factors_are_sealed(None)] == ["portal.W020"]
    with override_settings(FACTOR_KEYS=[NEW], PUBLIC_URL="http://portal.example", SECURE=False):
        assert factors_are_sealed(None) == []
        assert [each.id for each in passkeys_are_given(None)] == ["portal.W021"]
    with override_settings(PUBLIC_URL="http://localhost:8000", SECURE=False):
        assert passkeys_are_given(None) == []
