"""Officers, inspectors and operators sign in with a passkey, set up before anything else."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.test import Client
from django.urls import reverse

from pages.account.assurance import Level
from registry.actors import Actor
from registry.models import Jurisdiction, Membership, User
from registry.models.people import Role
from tests import cast
from tests.cast import PASSWORD, Firm
from tests.factories import OrganizationFactory
from tests.security.authenticator import Key
from tests.security.conftest import ADD, LOGIN, confirm, enrol, options, person, sign_in_with
from tests.sign_in import sign_in

PAGES = ("/", "/firms/", "/queue/", "/people/", "/admin/", "/admin/registry/event/", "/api/docs/")
PAGES += (
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/session/",
    "/accounts/2fa/totp/activate/",
)


@pytest.fixture(params=["officer", "inspector", "operator"])
def of_the_authority(request: pytest.FixtureRequest, db: None) -> User:
    if request.param == "operator":
        return User.objects.create_superuser("op@portal.example", PASSWORD)
    name = {"officer": "regulator", "inspector": "inspector"}[request.param]
    return person(request.getfixturevalue(name))


def test_nothing_opens_before_a_passkey_is_set_up(client: Client, of_the_authority: User) -> None:
    sign_in(client, of_the_authority, Level.PASSWORD)
    for path in PAGES:
        assert client.get(path)["Location"] == ADD, path
        assert client.post(path)["Location"] == ADD, path
    assert client.get(ADD).status_code == 200
    assert client.get(reverse("account_logout")).status_code == 200


def test_once_it_is_set_up_the_pages_open(
    client: Client, of_the_authority: User, key: Key
) -> None:
    sign_in(client, of_the_authority, Level.PASSWORD)
    assert enrol(client, key).status_code == 302
    at = "/admin/" if of_the_authority.is_superuser else "/membership/"
    assert client.get(at).status_code == 200


def test_it_signs_in_with_nothing_else(client: Client, regulator: Actor, key: Key) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    stranger = Client()
    assert sign_in_with(stranger, key)["Location"] == "/"
    assert stranger.get("/queue/").status_code == 200


def test_a_password_and_a_code_are_not_enough_for_an_officer(
    client: Client, regulator: Actor
) -> None:
    sign_in(client, person(regulator), Level.SECOND_STEP)
    assert client.get("/queue/")["Location"] == ADD


def test_who_has_a_passkey_must_use_it(client: Client, regulator: Actor, key: Key) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    for level in (Level.PASSWORD, Level.SECOND_STEP):
        other = sign_in(Client(), person(regulator), level)
        asked = other.get("/queue/", follow=True)
        assert asked.request["PATH_INFO"] == "/accounts/2fa/passkeys/confirm/"
        assert other.get(ADD).status_code == 302
        assert confirm(other, key, "/queue/")["Location"] == "/queue/"
        assert other.get("/queue/").status_code == 200


def test_whoever_acts_for_a_firm_elsewhere_and_the_authority_needs_one_for_both(
    client: Client, regulator: Actor
) -> None:
    """The session may have chosen the firm."""
    elsewhere = Jurisdiction.objects.get(code="PE-TEST")
    officer = cast.person(elsewhere, "olga@authority.example", Role.OFFICER)
    firm = OrganizationFactory(by=officer)
    second = Membership.objects.create(
        jurisdiction=elsewhere,
        user=person(regulator),
        organization=firm,
        role=Role.DEALER,
        invitation=cast.accepted(elsewhere, person(regulator).email, Role.DEALER, firm),
    )
    sign_in(client, person(regulator), Level.SECOND_STEP)
    session = client.session
    session["membership"] = second.pk
    session.save()
    assert client.get("/")["Location"] == ADD


# Keys that are none ---------------------------------------------------------------------------


def test_a_key_that_does_not_make_sure_of_the_person_is_not_taken(
    client: Client, regulator: Actor
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    careless = Key("http://localhost:8000", verifies=False)
    assert "not accepted" in enrol(client, careless).content.decode()
    assert not Authenticator.objects.exists()


def test_a_passkey_that_makes_sure_of_nobody_today_signs_nobody_in(
    client: Client, regulator: Actor, key: Key
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    key.verifies = False
    stranger = Client()
    sign_in_with(stranger, key)
    assert stranger.get("/queue/")["Location"].startswith("/accounts/login/")


def for_the_second_step(by: Actor) -> Authenticator:
    """The same key, as if it had been registered for the second step."""
    row = Authenticator.objects.get(user=by.user, type="webauthn")
    data = {name: value for name, value in row.data.items() if name != "passkey"}
    row.delete()
    return Authenticator.objects.create(user=person(by), type="webauthn", data=data)


def test_a_key_for_the_second_step_is_not_taken_for_a_passkey(
    client: Client, buyer: Firm, key: Key
) -> None:
    """However much it, and the browser, say that it could be one."""
    sign_in(client, person(buyer.actor))
    enrol(client, key)
    row = for_the_second_step(buyer.actor)
    assert row.data["credential"]["clientExtensionResults"]["credProps"]["rk"]
    stranger = Client()
    assert sign_in_with(stranger, key)["Location"] == "/accounts/login/"
    assert stranger.get("/people/")["Location"].startswith("/accounts/login/")


def test_with_a_key_for_the_second_step_an_officer_is_not_let_in(
    client: Client, regulator: Actor, key: Key
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    for_the_second_step(regulator)
    second = sign_in(Client(), person(regulator), Level.PASSWORD)
    confirm(second, key)
    assert second.get("/queue/")["Location"] == ADD


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://localhost:9999"},
        {"origin": "https://evil.localhost"},
        {"origin": "https://portal.example", "rp_id": "portal.example"},
    ],
    ids=["other port", "below", "elsewhere"],
)
def test_what_another_page_got_is_not_taken(
    client: Client, regulator: Actor, changes: dict[str, str], settings: Any
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    assert "not accepted" in enrol(client, Key(**changes)).content.decode()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "evil.example:80", "[::1]"])
def test_the_address_that_a_request_names_changes_nothing(
    client: Client, regulator: Actor, host: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    sign_in(client, person(regulator), Level.PASSWORD)
    asked = options(client.get(ADD, headers={"host": host}))
    assert asked["publicKey"]["rp"]["id"] == "localhost"
    settings.PUBLIC_URL = "https://portal.example"
    asked = options(client.get(ADD, headers={"host": host}))
    assert asked["publicKey"]["rp"]["id"] == "portal.example"


def test_the_device_is_asked_to_make_sure_of_the_person(client: Client, regulator: Actor) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    asked = options(client.get(ADD))["publicKey"]["authenticatorSelection"]
    assert (asked["userVerification"], asked["residentKey"]) == ("required", "required")


def test_an_answer_serves_once(client: Client, regulator: Actor, key: Key) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    stranger = Client()
    asked = stranger.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    answer = {"credential": key.confirm(asked)}
    assert stranger.post(LOGIN, answer)["Location"] == "/"
    stranger.post(reverse("account_logout"))
    stranger.get(LOGIN, headers={"accept": "application/json"})
    assert stranger.post(LOGIN, answer)["Location"] == "/accounts/login/"


def test_a_passkey_of_one_person_opens_no_account_of_another(
    client: Client, regulator: Actor, second_officer: Actor, key: Key
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    other = Key(key.origin)
    theirs = sign_in(Client(), person(second_officer), Level.PASSWORD)
    enrol(theirs, other)
    stranger = Client()
    sign_in_with(stranger, key, handle=other.handle)
    assert stranger.get("/queue/")["Location"].startswith("/accounts/login/")
    third = sign_in(Client(), person(second_officer), Level.PASSWORD)
    confirm(third, key)
    assert third.get("/queue/").status_code == 302


def test_the_same_passkey_is_not_set_up_for_two_people(
    client: Client, regulator: Actor, second_officer: Actor, key: Key
) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    other = sign_in(Client(), person(second_officer), Level.PASSWORD)
    assert "not accepted" in enrol(other, key).content.decode()


FORGED = [
    "",
    "[]",
    "{}",
    "null",
    "7",
    '{"id": 7}',
    "[" * 9000,
    "x" * 30000,
    json.dumps({"id": "", "rawId": "", "type": "public-key", "response": {}}),
    json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "AA"}}),
]


@pytest.mark.parametrize("forged", range(len(FORGED)))
def test_whatever_is_sent_as_a_passkey_breaks_nothing(
    client: Client, regulator: Actor, forged: int, key: Key
) -> None:
    sign_in(client, person(regulator), Level.PASSWORD)
    enrol(client, key)
    answer = {"credential": FORGED[forged], "name": "x"}
    for path in (ADD, "/accounts/2fa/passkeys/confirm/"):
        client.get(path)
        assert client.post(path, answer).status_code == 200
    assert Client().post(LOGIN, answer)["Location"] == "/accounts/login/"


def test_a_forged_signature_signs_nobody_in(client: Client, regulator: Actor, key: Key) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    thief = Key(key.origin, id=key.id, handle=key.handle)
    stranger = Client()
    assert sign_in_with(stranger, thief)["Location"] == "/accounts/login/"


# Several --------------------------------------------------------------------------------------


def test_the_last_passkey_of_an_officer_cannot_be_removed(
    client: Client, regulator: Actor, key: Key
) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key, "First")
    first = Authenticator.objects.get()
    at = reverse("mfa_remove_webauthn", args=[first.pk])
    assert "Set up another one first" in client.get(at).content.decode()
    client.post(at)
    assert Authenticator.objects.filter(pk=first.pk).exists()
    enrol(client, Key(key.origin), "Second")
    assert "Second" in client.get("/accounts/2fa/").content.decode()
    client.post(at)
    assert [row.data["name"] for row in Authenticator.objects.all()] == ["Second"]


def test_a_key_for_the_second_step_does_not_stand_in_for_the_last_passkey(
    client: Client, regulator: Actor, key: Key
) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    auth.WebAuthn.add(person(regulator), "Old", {"id": "x"})
    first = Authenticator.objects.get(data__name="Key")
    client.post(reverse("mfa_remove_webauthn", args=[first.pk]))
    assert Authenticator.objects.filter(pk=first.pk).exists()


def test_a_passkey_is_renamed(client: Client, regulator: Actor, key: Key) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    at = reverse("mfa_edit_webauthn", args=[Authenticator.objects.get().pk])
    client.post(at, {"name": "Laptop <b>"})
    page = client.get("/accounts/2fa/").content.decode()
    assert "Laptop &lt;b&gt;" in page


def test_nobody_removes_or_renames_anothers(
    client: Client, regulator: Actor, second_officer: Actor, key: Key
) -> None:
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    row = Authenticator.objects.get()
    other = sign_in(Client(), person(second_officer))
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert other.post(reverse(name, args=[row.pk]), {"name": "x"}).status_code == 404


def test_officers_get_no_recovery_codes(client: Client, regulator: Actor, key: Key) -> None:
    """They would be a second factor that is written down."""
    enrol(sign_in(client, person(regulator), Level.PASSWORD), key)
    assert [row.type for row in Authenticator.objects.all()] == ["webauthn"]


# Firms ----------------------------------------------------------------------------------------


def test_a_firms_people_set_up_an_app_or_a_passkey_first(client: Client, buyer: Firm) -> None:
    sign_in(client, person(buyer.actor), Level.PASSWORD)
    assert client.get("/people/")["Location"] == reverse("mfa_activate_totp")
    for path in (reverse("mfa_activate_totp"), ADD):
        assert client.get(path).status_code == 200


def test_a_firms_person_comes_in_with_a_passkey(client: Client, buyer: Firm, key: Key) -> None:
    sign_in(client, person(buyer.actor), Level.PASSWORD)
    assert enrol(client, key)["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get("/people/").status_code == 200


@pytest.mark.parametrize(
    ("setting", "level", "is_open"),
    [
        ("password", Level.PASSWORD, True),
        ("totp", Level.PASSWORD, False),
        ("totp", Level.SECOND_STEP, True),
        ("passkey", Level.SECOND_STEP, False),
        ("passkey", Level.PASSKEY, True),
    ],
)
def test_what_firms_need_at_least_is_a_setting(
    client: Client, buyer: Firm, settings: Any, setting: str, level: Level, is_open: bool
) -> None:
    settings.FIRM_FACTOR = setting
    sign_in(client, person(buyer.actor), level)
    assert (client.get("/people/").status_code == 200) is is_open


def test_the_demos_buttons_need_no_factor(client: Client, regulator: Actor, settings: Any) -> None:
    settings.DEMO_MODE = True
    sign_in(client, person(regulator), Level.NOTHING)
    session = client.session
    session["demo_role"] = "officer"
    session.save()
    assert client.get("/queue/").status_code == 200
    settings.DEMO_MODE = False
    assert client.get("/queue/")["Location"].startswith("/accounts/reauthenticate/")
