"""On whose desk a flag lies: taken, given to a colleague, put back."""

from typing import Any

import pytest
from django.test import Client

from oversight import operations as oversight
from oversight.models import Flag
from registry.actors import Actor
from tests.cast import Firm
from tests.pages.conftest import Flagged, Visit


@pytest.fixture
def first(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def address(flag: Flag) -> str:
    return f"/queue/{flag.uuid}/"


def assign(browser: Client, flag: Flag, **body: Any) -> Any:
    return browser.post(address(flag), {"steps_seen": flag.steps_count} | body)


def test_a_flag_is_taken_given_to_a_colleague_and_put_back(
    first: Client, flagged: Flagged, regulator: Actor, second_officer: Actor
) -> None:
    flag = flagged()
    for body, person in (
        ({"assign": "me"}, regulator.user),
        ({"assign": "chosen", "to": second_officer.user.pk}, second_officer.user),
        ({"assign": "chosen", "to": ""}, None),
    ):
        assert assign(first, flag, **body).status_code == 302
        flag.refresh_from_db()
        assert flag.assigned_to == person
    assert "assigned to nobody" in text(first.get(address(flag)))


def test_a_flag_is_given_to_nobody_outside_the_authority(
    first: Client, flagged: Flagged, buyer: Firm
) -> None:
    flag = flagged()
    assert assign(first, flag, assign="chosen", to=buyer.actor.user.pk).status_code == 422
    flag.refresh_from_db()
    assert flag.assigned_to is None


def test_a_flag_somebody_took_first_is_not_taken_from_them(
    first: Client, flagged: Flagged, second_officer: Actor
) -> None:
    flag = flagged()
    oversight.assign(flag, to=second_officer.user, by=second_officer)
    page = text(assign(first, flag, assign="me"), 422)
    assert "Something happened to this flag meanwhile" in page
    assert "Assigned to Raul" in page


def test_a_firm_and_an_inspector_put_no_flag_on_a_desk(
    visit: Visit, flagged: Flagged, buyer: Firm, vendor: Firm, inspector: Actor
) -> None:
    flag = flagged()
    for by in (buyer.actor, vendor.actor, inspector):
        assert assign(visit(by), flag, assign="me").status_code == 403
    flag.refresh_from_db()
    assert flag.assigned_to is None
