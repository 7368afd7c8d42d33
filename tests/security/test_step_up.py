"""What a session left open is not enough for; what was typed before the proof is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from authorizations.models import Authorization, Status
from oversight.models import Flag
from pages.account.assurance import Level
from pages.account.step_up import ACTS
from registry import operations
from registry.actors import Actor
from registry.models import Invitation, Membership, Proposal
from registry.models.people import Role
from tests import cast
from tests.cast import Firm
from tests.pages.conftest import flagged
from tests.pages.test_access import routes
from tests.security.authenticator import Key
from tests.security.conftest import confirm, enrol, person
from tests.sign_in import prove, sign_in

__all__ = ["flagged"]
ASKED = "/accounts/reauthenticate/"
LONG_AGO_S = 5 * 60 + 1


@pytest.fixture
def stale(regulator: Actor, key: Key) -> Client:
    """An officer's session in which the passkey was used five minutes ago."""
    client = sign_in(Client(), person(regulator), Level.PASSWORD)
    enrol(client, key)
    prove(client, person(regulator), Level.PASSKEY, ago_s=LONG_AGO_S)
    return client


def back_of(answer: Any) -> str:
    """Where the page that asks for the proof leads back to."""
    from urllib.parse import parse_qs, urlsplit

    assert answer["Location"].startswith(ASKED), answer["Location"]
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


def test_every_page_that_is_named_is_there() -> None:
    assert {name for name, _route in routes(get_resolver().url_patterns)} >= ACTS


def test_no_flag_is_reviewed_without_a_fresh_proof(
    stale: Client, flagged: Callable[..., Flag], key: Key
) -> None:
    flag = flagged()
    at = reverse("officer:case", args=[flag.uuid])
    assert stale.get(at).status_code == 200
    typed = {"outcome": "explained", "note": "The scale <was> read twice.", "steps_seen": "1"}
    answer = stale.post(at, typed)
    flag.refresh_from_db()
    assert flag.state == "open"
    back = back_of(answer)
    assert confirm(stale, key, back)["Location"] == back
    page = stale.get(back).content.decode()
    assert "The scale &lt;was&gt; read twice." in page
    flag.refresh_from_db()
    assert flag.state == "open"  # it is sent again, by somebody who is known
    stale.post(at, {**typed, "steps_seen": str(flag.steps_count)})
    flag.refresh_from_db()
    assert flag.state == "awaiting_second"


def test_taking_a_flag_needs_no_proof(
    stale: Client, flagged: Callable[..., Flag], regulator: Actor
) -> None:
    flag = flagged()
    stale.post(reverse("officer:case", args=[flag.uuid]), {"assign": "me", "steps_seen": "1"})
    flag.refresh_from_db()
    assert flag.assigned_to == regulator.user


def test_coming_back_issues_nothing(
    stale: Client, ask: Callable[..., Authorization], key: Key
) -> None:
    """Its button is not pressed by coming back."""
    waiting = ask("6000")
    at = reverse("officer:decide", args=[waiting.uuid])
    back = back_of(stale.post(at, {"decision": "issue", "reason": "Looked at", "seen": "1"}))
    confirm(stale, key, back)
    assert "Looked at" in stale.get(back).content.decode()
    waiting.refresh_from_db()
    assert waiting.status == Status.PENDING


def test_nobody_is_invited_or_put_out_without_a_fresh_proof(
    stale: Client, regulator: Actor, buyer: Firm, second_officer: Actor
) -> None:
    firm = buyer.organization
    typed = {"email": "new@buyer.example", "role": "dealer"}
    back_of(stale.post(reverse("register:firm_invite", args=[firm.uuid]), typed))
    back_of(stale.post(reverse("register:invite"), typed | {"role": "officer"}))
    member = Membership.objects.get(user=second_officer.user)
    back_of(stale.post(reverse("register:member_end", args=[member.pk])))
    member.refresh_from_db()
    assert member.ended_at is None
    assert not Invitation.objects.filter(email="new@buyer.example").exists()


def test_nothing_is_approved_without_a_fresh_proof(
    stale: Client, second_officer: Actor, buyer: Firm
) -> None:
    operations.suspend_license(buyer.license, reason="Books", by=second_officer)
    operations.propose_reinstatement(buyer.license, reason="Found", by=second_officer)
    row = Proposal.objects.get(state="proposed")
    back_of(stale.post(reverse("register:proposal", args=[row.uuid]), {"decision": "approve"}))
    row.refresh_from_db()
    assert row.state == "proposed"


def test_a_password_is_no_fresh_proof_of_who_has_a_passkey(
    stale: Client, regulator: Actor
) -> None:
    session = stale.session
    notes = session["account_authentication_methods"]
    session["account_authentication_methods"] = [
        *notes,
        {"method": "password", "at": notes[0]["at"] + 300, "reauthenticated": True},
    ]
    session.save()
    back_of(stale.post(reverse("register:invite"), {}))


def test_a_firms_manager_proves_the_app_before_putting_somebody_out(buyer: Firm, key: Key) -> None:
    manager = buyer.actor
    dora = cast.person(manager.jurisdiction, "dora@buyer.example", Role.DEALER, buyer.organization)
    client = sign_in(Client(), person(manager), Level.PASSWORD)
    enrol(client, key)
    prove(client, person(manager), Level.SECOND_STEP, ago_s=LONG_AGO_S)
    member = Membership.objects.get(user=dora.user)
    at = reverse("register:member_end", args=[member.pk])
    back = back_of(client.post(at))
    confirm(client, key, back)
    client.post(at)
    member.refresh_from_db()
    assert member.ended_at is not None


def test_what_was_typed_is_put_back_once_and_to_the_same_page(
    stale: Client, key: Key, regulator: Actor
) -> None:
    back = back_of(
        stale.post(reverse("register:invite"), {"email": "n@authority.example", "role": "officer"})
    )
    assert "n@authority" not in stale.get(back).content.decode()  # nothing was proved yet
    confirm(stale, key, back)
    elsewhere = back.replace("/people/invite/", "/people/")
    assert "n@authority" not in stale.get(elsewhere).content.decode()
    assert "n@authority" in stale.get(back).content.decode()
    assert "n@authority" not in stale.get(back).content.decode()


def test_the_demos_people_are_asked_for_nothing(
    client: Client, regulator: Actor, second_officer: Actor, settings: Any
) -> None:
    settings.DEMO_MODE = True
    sign_in(client, person(regulator), Level.NOTHING)
    session = client.session
    session["demo_role"] = "officer"
    session.save()
    member = Membership.objects.get(user=second_officer.user)
    answer = client.post(reverse("register:member_end", args=[member.pk]))
    assert not answer.headers.get("Location", "").startswith(ASKED)
