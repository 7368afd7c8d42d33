"""What a session proved is kept in it; what somebody owns proves nothing of who uses it."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from pages.account.assurance import Level
from registry.actors import Actor
from registry.models import Event, User
from tests.cast import PASSWORD, Firm
from tests.security.authenticator import Key
from tests.security.conftest import enrol, options, person
from tests.sign_in import sign_in

SECRET = "JBSWY3DPEHPK3PXP"
ACTIVATE = "/accounts/2fa/totp/activate/"
DEACTIVATE = "/accounts/2fa/totp/deactivate/"


def digits(secret: str = SECRET) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def set_up_app(client: Client) -> Any:
    secret = client.get(ACTIVATE).context["form"].secret
    return client.post(ACTIVATE, {"code": digits(secret)})


@pytest.mark.parametrize("setting", ["password", "totp"])
def test_a_session_of_a_password_only_stays_so_when_an_app_is_set_up_elsewhere(
    buyer: Firm, settings: Any, setting: str
) -> None:
    settings.FIRM_FACTOR = setting
    user = person(buyer.actor)
    old = sign_in(Client(), user, Level.PASSWORD)
    TOTP.activate(user, SECRET)  # by another hand than the page's, which would end this session
    for path in ("/", "/people/", "/accounts/2fa/", "/accounts/password/change/", ACTIVATE):
        at = old.get(path, follow=True).request["PATH_INFO"]
        assert at == reverse("mfa_reauthenticate"), path
    old.post(f"{reverse('mfa_reauthenticate')}?next=/people/", {"code": digits()})
    assert old.get("/people/").status_code == 200


def test_the_password_proves_nothing_of_who_has_a_factor(buyer: Firm) -> None:
    user = person(buyer.actor)
    TOTP.activate(user, SECRET)
    client = sign_in(Client(), user, Level.PASSWORD)
    at = reverse("account_reauthenticate")
    assert client.post(at, {"password": PASSWORD})["Location"].startswith(
        reverse("mfa_reauthenticate")
    )
    assert client.get("/people/").status_code == 302


def test_an_officers_app_does_not_stand_in_for_the_passkey(
    client: Client, regulator: Actor, key: Key
) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    TOTP.activate(person(regulator), SECRET)
    other = sign_in(Client(), person(regulator), Level.PASSWORD)
    answer = other.post(reverse("mfa_reauthenticate"), {"code": digits()})
    assert answer["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
    assert other.get("/queue/").status_code == 302


def test_an_officer_with_an_app_of_before_proves_it_to_set_up_a_passkey(
    regulator: Actor, key: Key
) -> None:
    TOTP.activate(person(regulator), SECRET)
    client = sign_in(Client(), person(regulator), Level.PASSWORD)
    asked = client.get("/queue/", follow=True)
    assert asked.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    client.post(reverse("mfa_reauthenticate"), {"code": digits()})
    enrol(client, key)
    assert client.get("/queue/").status_code == 200


def test_a_note_of_another_persons_proof_is_not_believed(
    regulator: Actor, second_officer: Actor
) -> None:
    client = sign_in(Client(), person(regulator))
    session = client.session
    session["_account_authentication_methods_user"] = "x"
    session["account_authentication_methods_user"] = str(person(second_officer).pk)
    for name in list(session.keys()):
        if name.endswith("methods_user"):
            session[name] = str(person(second_officer).pk)
    session.save()
    assert client.get("/queue/").status_code == 302


# Changes of a factor --------------------------------------------------------------------------


def test_a_change_takes_a_fresh_proof_of_the_old_factor(buyer: Firm) -> None:
    user = person(buyer.actor)
    client = sign_in(Client(), user, Level.PASSWORD)
    set_up_app(client)
    stale = sign_in(Client(), user, Level.SECOND_STEP, ago_s=301)
    for path in (DEACTIVATE, "/accounts/2fa/passkeys/add/", "/accounts/2fa/recovery-codes/"):
        for send in (stale.get, stale.post):
            assert send(path)["Location"].startswith(reverse("account_reauthenticate")), path
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_change_writes_to_the_person_and_is_recorded(
    buyer: Firm, django_capture_on_commit_callbacks: Any
) -> None:
    user = person(buyer.actor)
    User.objects.filter(pk=user.pk).update(language="es")
    client = sign_in(Client(), user, Level.PASSWORD)
    # The library tells that it is done once it is committed; the letter follows that.
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    event = Event.objects.get(kind="factor.added")
    assert (event.subject_id, event.user, event.data["factor"]) == (user.pk, user, "totp")
    assert [letter.to for letter in mail.outbox] == [[user.email]]
    assert "127.0.0.1" in mail.outbox[0].body
    assert "Se agregó" in mail.outbox[0].subject


def test_a_change_ends_the_other_sessions_and_not_its_own(
    buyer: Firm, key: Key, django_capture_on_commit_callbacks: Any
) -> None:
    user = person(buyer.actor)
    client = sign_in(Client(), user, Level.PASSWORD)
    thief = sign_in(Client(), user, Level.PASSKEY)
    assert thief.get("/people/").status_code == 200
    enrol(client, key)
    assert client.get("/people/").status_code == 200
    assert thief.get("/people/")["Location"].startswith("/accounts/login/")


def test_the_only_app_of_a_firms_person_cannot_be_removed(
    buyer: Firm, key: Key, settings: Any
) -> None:
    user = person(buyer.actor)
    TOTP.activate(user, SECRET)
    client = sign_in(Client(), user, Level.SECOND_STEP)
    assert "Set up another one first" in client.post(DEACTIVATE).content.decode()
    assert Authenticator.objects.filter(type="totp").exists()
    enrol(client, key)
    assert client.post(DEACTIVATE)["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(type="totp").exists()


def test_where_the_password_is_enough_the_app_may_be_removed(buyer: Firm, settings: Any) -> None:
    settings.FIRM_FACTOR = "password"
    TOTP.activate(person(buyer.actor), SECRET)
    client = sign_in(Client(), person(buyer.actor), Level.SECOND_STEP)
    client.post(DEACTIVATE)
    assert not Authenticator.objects.exists()
    assert Event.objects.filter(kind="factor.removed").exists()


def test_guesses_at_codes_do_not_lock_the_passkey(buyer: Firm, key: Key) -> None:
    user = person(buyer.actor)
    client = sign_in(Client(), user)
    enrol(client, key)
    TOTP.activate(User.objects.get(pk=user.pk), SECRET)
    owner = Client()
    owner.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    thief = Client()
    thief.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    for _guess in range(12):
        thief.post(reverse("mfa_authenticate"), {"code": "000000"})
    asked = options(owner.get(reverse("mfa_authenticate")))
    owner.post(reverse("mfa_authenticate"), {"credential": key.confirm(asked)})
    assert owner.get("/people/").status_code == 200
