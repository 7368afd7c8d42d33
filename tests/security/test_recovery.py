"""Who lost every factor gets back by the documented way, and by no other."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from pages.account.assurance import Level
from precursors.errors import Refused
from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import Event, Membership, Proposal, Recovery
from registry.models.people import Role
from registry.tasks import finish_recoveries
from tests import cast
from tests.cast import PASSWORD, Firm
from tests.security.authenticator import Key
from tests.security.conftest import ADD, enrol, person
from tests.security.test_assurance import SECRET, digits
from tests.sign_in import sign_in

WAIT = timedelta(hours=72)
Later = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let time pass for the portal, without the demo."""
    now, ahead = clock.now, [timedelta()]

    def pass_by(time: timedelta) -> None:
        ahead[0] += time

    monkeypatch.setattr(clock, "now", lambda: now() + ahead[0])
    return pass_by


@pytest.fixture
def dealer(buyer: Firm) -> Actor:
    made = cast.person(
        buyer.actor.jurisdiction, "dora@buyer.example", Role.DEALER, buyer.organization
    )
    TOTP.activate(person(made), SECRET)
    return made


def member(by: Actor) -> Membership:
    return Membership.objects.get(user=by.user, ended_at=None)


def ask(about: Actor, by: Actor) -> Any:
    return operations.ask_recovery(member(about), reason="Telephone stolen", by=by)


def factors(by: Actor) -> int:
    return Authenticator.objects.filter(user=by.user).count()


def test_a_manager_helps_a_dealer_back_after_the_waiting_time(
    buyer: Firm, dealer: Actor, later: Later, client: Client, key: Key
) -> None:
    ask(dealer, buyer.actor)
    later(WAIT - timedelta(minutes=1))
    finish_recoveries()
    assert factors(dealer) == 1
    later(timedelta(minutes=1))
    session = sign_in(Client(), person(dealer))
    finish_recoveries()
    assert factors(dealer) == 0
    assert session.get("/purchases/")["Location"].startswith("/accounts/login/")
    client.post(reverse("account_login"), {"login": "dora@buyer.example", "password": PASSWORD})
    assert client.get("/purchases/")["Location"] == reverse("mfa_activate_totp")


def test_an_officer_is_helped_back_by_two_others(
    regulator: Actor, second_officer: Actor, third_officer: Actor, later: Later, key: Key
) -> None:
    enrol(sign_in(Client(), person(third_officer), Level.PASSWORD), key)
    proposal = ask(third_officer, regulator)
    assert isinstance(proposal, Proposal)
    later(WAIT)
    finish_recoveries()
    assert factors(third_officer) == 1
    proposals.approve(proposal, by=second_officer)
    finish_recoveries()
    assert factors(third_officer) == 1
    later(WAIT)
    finish_recoveries()
    assert factors(third_officer) == 0
    client = sign_in(Client(), person(third_officer), Level.PASSWORD)
    assert client.get("/queue/")["Location"] == ADD


def test_no_officer_does_it_alone_nor_for_themselves(
    regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    with pytest.raises(Refused, match="themselves"):
        ask(regulator, regulator)
    proposal = ask(third_officer, regulator)
    for by in (regulator, third_officer):
        with pytest.raises(Refused):
            proposals.approve(proposal, by=by)
    assert not Recovery.objects.exists()


def test_no_dealer_and_no_other_firm_asks(
    buyer: Firm, rival: Firm, dealer: Actor, regulator: Actor
) -> None:
    for by in (dealer, rival.actor):
        with pytest.raises(Refused):
            ask(buyer.actor, by)
    with pytest.raises(Refused):
        ask(buyer.actor, buyer.actor)


def test_a_firms_manager_does_not_open_the_account_of_who_acts_for_others(
    buyer: Firm, rival: Firm, dealer: Actor
) -> None:
    Membership.objects.create(
        jurisdiction=dealer.jurisdiction,
        user=person(dealer),
        organization=rival.organization,
        role=Role.DEALER,
        invitation=cast.accepted(
            dealer.jurisdiction, person(dealer).email, Role.DEALER, rival.organization
        ),
    )
    about = Membership.objects.get(user=dealer.user, organization=buyer.organization)
    with pytest.raises(Refused, match="two officers"):
        operations.ask_recovery(about, reason="Lost", by=buyer.actor)


def test_the_person_stops_it_by_the_letters_link(
    buyer: Firm,
    dealer: Actor,
    later: Later,
    client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask(dealer, buyer.actor)
    (letter,) = mail.outbox
    assert letter.to == ["dora@buyer.example"]
    link = re.search(r"http\S+/recovery/\S+", letter.body)
    assert link
    path = link[0].removeprefix("http://localhost:8000")
    assert client.get(path).status_code == 200
    assert (
        Recovery.objects.get().stopped_at is None
    )  # a mail program that looks at it stops nothing
    client.post(path)
    later(WAIT)
    finish_recoveries()
    assert factors(dealer) == 1
    assert Recovery.objects.get().state == "stopped"


def test_a_forged_link_leads_nowhere(client: Client, db: None) -> None:
    assert client.post("/recovery/forged/").status_code in (404, 409)


def test_each_step_is_told_and_recorded(
    buyer: Firm, dealer: Actor, later: Later, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask(dealer, buyer.actor)
    later(WAIT)
    with django_capture_on_commit_callbacks(execute=True):
        finish_recoveries()
    kinds = list(Event.objects.filter(kind__startswith="recovery.").values_list("kind", flat=True))
    assert kinds == ["recovery.asked", "recovery.done"]
    assert [letter.to for letter in mail.outbox] == [["dora@buyer.example"]] * 2


def test_mail_alone_is_no_way_back(dealer: Actor, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": "dora@buyer.example"})
    link = re.search(r"http\S+", mail.outbox[0].body)
    assert link
    page = client.get(re.sub(r"^http://[^/]+", "", link[0]), follow=True)
    typed = {"password1": "another long sentence", "password2": "another long sentence"}
    client.post(page.request["PATH_INFO"], typed)
    answer = client.post(
        reverse("account_login"),
        {"login": "dora@buyer.example", "password": "another long sentence"},
    )
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/purchases/")["Location"].startswith("/accounts/login/")
    client.post(reverse("mfa_authenticate"), {"code": digits()})
    assert client.get("/purchases/").status_code == 200


def test_the_console_asks_twice(regulator: Actor, later: Later, key: Key, capsys: Any) -> None:
    enrol(sign_in(Client(), person(regulator), Level.PASSWORD), key)
    email = person(regulator).email
    call_command("recover_factors", email=email)
    call_command("recover_factors", email=email)
    later(WAIT)
    finish_recoveries()
    assert factors(regulator) == 1  # the second run is what does it
    call_command("recover_factors", email=email)
    assert factors(regulator) == 0
    assert "Done." in capsys.readouterr().out


def test_the_page_asks_for_a_fresh_proof_and_shows_how_long_it_takes(
    buyer: Firm, dealer: Actor, key: Key
) -> None:
    at = reverse("register:member_recover", args=[member(dealer).pk])
    client = sign_in(Client(), person(buyer.actor), Level.PASSWORD)
    enrol(client, key)
    stale = sign_in(Client(), person(buyer.actor), Level.PASSKEY, ago_s=301)
    assert stale.post(at, {"reason": "x"})["Location"].startswith("/accounts/reauthenticate/")
    page = client.get(at)
    assert page.status_code == 404 or "72 hours" in page.content.decode()
    fresh = sign_in(Client(), person(buyer.actor))
    assert "72 hours" in fresh.get(at).content.decode()
    fresh.post(at, {"reason": "Stolen"})
    assert Recovery.objects.get().user == dealer.user


@pytest.mark.parametrize(
    "values",
    [
        "now(), now()",
        "now(), now() - interval '1 day'",
    ],
)
def test_the_database_takes_no_recovery_without_its_time(dealer: Actor, values: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            INSERT.format(values=values, by="NULL"), [dealer.jurisdiction.pk, person(dealer).pk]
        )


def test_the_database_takes_none_of_a_stranger(dealer: Actor, rival: Firm) -> None:
    values = "now(), now() + interval '1 day'"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        sql = INSERT.format(values=values, by=person(rival.actor).pk)
        cursor.execute(sql, [dealer.jurisdiction.pk, person(dealer).pk])


INSERT = """
INSERT INTO registry_recovery
    (uuid, jurisdiction_id, user_id, reason, asked_at, due_at, asked_by_id)
VALUES (gen_random_uuid(), %s, %s, 'x', {values}, {by})
"""
