"""The keys of programs in the browser: seen by whose they are, and ended at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from authorizations import codes
from authorizations import operations as trade
from precursors.errors import Refused
from registry import operations
from registry.actors import Actor
from registry.models import ApiKey, Event, Jurisdiction, Organization
from registry.operations import KeyTerms
from tests.api.programs import Program, problem
from tests.cast import Firm

Visit = Callable[[Actor], Client]


def made(
    jurisdiction: Jurisdiction, firm: Organization | None, name: str, **terms: Any
) -> tuple[ApiKey, Program]:
    key, secret = operations.issue_api_key(
        jurisdiction=jurisdiction,
        organization=firm,
        name=name,
        scopes=["buy"] if firm else ["trade:read"],
        terms=KeyTerms(**terms),
    )
    return key, Program(secret)


@pytest.fixture
def of_firm(jurisdiction: Jurisdiction, buyer: Firm) -> tuple[ApiKey, Program]:
    return made(jurisdiction, buyer.organization, "Ledger", addresses=["127.0.0.0/8"])


@pytest.fixture
def of_authority(jurisdiction: Jurisdiction) -> tuple[ApiKey, Program]:
    return made(jurisdiction, None, "Statistics")


def test_a_manager_sees_the_firms_keys_and_their_use(
    visit: Visit, buyer: Firm, vendor: Firm, of_firm: Any, of_authority: Any
) -> None:
    key, program = of_firm
    program.get("/me")
    page = visit(buyer.actor).get("/keys/").content.decode()
    for text in ("Ledger", key.prefix, "buy", "127.0.0.0/8", "127.0.0.1"):
        assert text in page
    assert "Statistics" not in page
    assert "Ledger" not in visit(vendor.actor).get("/keys/").content.decode()


def test_a_manager_ends_a_key_at_once(visit: Visit, buyer: Firm, of_firm: Any) -> None:
    key, program = of_firm
    client = visit(buyer.actor)
    assert "Ledger" in client.get(f"/keys/{key.prefix}/end/").content.decode()
    assert client.post(f"/keys/{key.prefix}/end/").status_code == 302
    problem(program.get("/me"), 401, "key_revoked")
    ended = Event.objects.get(kind="api_key.revoked")
    assert ended.user == buyer.actor.user
    page = client.get("/keys/").content.decode()
    assert "Ended" in page and f"/keys/{key.prefix}/end/" not in page


def test_officers_end_keys_of_the_authority_and_of_firms(
    visit: Visit, regulator: Actor, buyer: Firm, of_firm: Any, of_authority: Any
) -> None:
    client = visit(regulator)
    page = client.get("/keys/").content.decode()
    assert "Statistics" in page and "Ledger" not in page
    assert "Ledger" in client.get(f"/firms/{buyer.organization.uuid}/").content.decode()
    for key, program in (of_firm, of_authority):
        client.post(f"/keys/{key.prefix}/end/")
        problem(program.get("/me"), 401, "key_revoked")


def test_a_key_that_ends_soon_or_has_ended_says_so(
    visit: Visit,
    jurisdiction: Jurisdiction,
    buyer: Firm,
    later: Callable[[timedelta], None],
) -> None:
    made(jurisdiction, buyer.organization, "Old", days=20)
    client = visit(buyer.actor)
    assert "Soon" in client.get("/keys/").content.decode()
    later(timedelta(days=21))
    assert "Expired" in client.get("/keys/").content.decode()


def test_officers_are_told_who_guesses_at_codes(
    visit: Visit, regulator: Actor, rival: Firm, settings: Any
) -> None:
    settings.LOOKUP_ALARM_MISSES = 3
    client = visit(regulator)
    for times in range(3):
        assert "guessing at codes" not in client.get("/queue/").content.decode(), times
        with pytest.raises(Refused):
            trade.look_up(codes.draw_code(), by=rival.actor)
    assert "guessing at codes" in client.get("/queue/").content.decode()
    page = client.get(f"/firms/{rival.organization.uuid}/").content.decode()
    assert "it typed 3 codes that are not its own" in page
