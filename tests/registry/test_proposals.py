"""Whatever takes two people: one proposes, another agrees, and only then it is done."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import (
    ApiKey,
    Event,
    Jurisdiction,
    License,
    Proposal,
)
from registry.models.people import Role
from registry.models.proposals import ProposalState
from registry.second_officer import possible_seconds
from tests import cast
from tests.registry.proposing import enter, proposed
from tests.registry.refusals import refused
from tests.roles import as_owner

pytestmark = pytest.mark.usefixtures("letters")


@pytest.fixture
def key(jurisdiction: Jurisdiction) -> Callable[..., Actor]:
    def made(*scopes: str, **given: Any) -> Actor:
        found, _secret = operations.issue_api_key(
            jurisdiction=jurisdiction, organization=None, name="Ministry", scopes=scopes
        )
        if given:
            with as_owner():
                ApiKey.objects.filter(pk=found.pk).update(**given)
        return Actor.program(ApiKey.objects.get(pk=found.pk))

    return made


# What comes of it ----------------------------------------------------------------------------


def test_an_act_is_done_when_another_officer_agrees(
    license: License, regulator: Actor, second_officer: Actor, letters: list[str]
) -> None:
    proposal = proposed(license, regulator)
    assert letters == []
    decided = proposals.approve(proposal, note="Seen the papers", by=second_officer)
    assert (letters, decided.state) == (["b"], ProposalState.APPROVED)
    proposals.approve(proposal, by=second_officer)
    assert letters == ["b"]
    kinds = Event.objects.filter(subject_kind="proposal").values_list("kind", "user")
    people = [regulator.user, second_officer.user]
    assert [(kind, user) for kind, user in kinds.order_by("pk")] == [
        (f"proposal.{what}", person.pk)
        for what, person in zip(("proposed", "approved"), people, strict=True)
        if person
    ]
    assert Proposal.objects.get().note == "Seen the papers"


def test_who_proposed_takes_it_back_and_another_refuses_it(
    license: License, regulator: Actor, second_officer: Actor, letters: list[str]
) -> None:
    assert proposals.refuse(proposed(license, regulator), by=regulator).state == "withdrawn"
    declined = proposals.refuse(proposed(license, regulator), note="No", by=second_officer)
    assert (declined.state, declined.note, letters) == ("refused", "No", [])
    with refused("proposal_decided"):
        proposals.approve(declined, by=second_officer)


def test_the_same_is_not_proposed_twice_at_once(
    license: License, regulator: Actor, second_officer: Actor
) -> None:
    proposed(license, regulator)
    with refused("proposal_pending"):
        enter(license, second_officer)
    enter(license, second_officer, about="another")


def test_after_seven_days_it_is_proposed_anew(
    license: License,
    regulator: Actor,
    second_officer: Actor,
    later: Callable[[timedelta], None],
    letters: list[str],
) -> None:
    old = proposed(license, regulator)
    later(timedelta(days=7))
    with refused("proposal_over"):
        proposals.approve(old, by=second_officer)
    proposals.approve(proposed(license, regulator), by=second_officer)
    old.refresh_from_db()
    assert (old.state, letters) == (ProposalState.EXPIRED, ["b"])


def test_what_waits_for_something_that_is_over_ends_with_it(
    license: License, regulator: Actor, second_officer: Actor
) -> None:
    first = proposals.approve(proposed(license, regulator), by=second_officer)
    second = proposed(license, regulator)
    proposals.withdraw_all(license, at=clock.now(), by=regulator)
    states = dict(Proposal.objects.values_list("pk", "state"))
    assert states == {first.pk: "approved", second.pk: "expired"}


# Who may be the second -----------------------------------------------------------------------


def test_nobody_agrees_to_what_they_proposed(license: License, regulator: Actor) -> None:
    with refused("second_must_differ"):
        proposals.approve(proposed(license, regulator), by=regulator)


def test_a_key_counts_as_its_sponsor(
    license: License,
    regulator: Actor,
    second_officer: Actor,
    key: Callable[..., Actor],
    letters: list[str],
) -> None:
    proposal = proposed(license, key("registry:write", sponsor=regulator.user))
    with refused("second_must_differ"):
        proposals.approve(proposal, by=regulator)
    with refused("second_must_be_a_person"):
        proposals.approve(proposal, by=key("registry:write", sponsor=second_officer.user))
    proposals.approve(proposal, by=second_officer)
    assert letters == ["b"]


def test_whom_the_first_invited_is_no_second(
    license: License, regulator: Actor, second_officer: Actor
) -> None:
    friend = cast.officer_invited_by(regulator, "felix@authority.example")
    proposal = proposed(license, regulator)
    with refused("second_was_invited"):
        proposals.approve(proposal, by=friend)
    assert list(possible_seconds(proposal)) == [second_officer.user]


def test_nobody_of_the_firm_is_the_second(license: License, regulator: Actor) -> None:
    was_manager = cast.officer_who_left(license.organization, "raul@authority.example")
    proposal = proposed(license, regulator)
    with refused("second_of_the_firm"):
        proposals.approve(proposal, by=was_manager)
    assert not possible_seconds(proposal).exists()


def test_an_officer_of_elsewhere_decides_nothing(
    license: License, regulator: Actor, sandbox: Jurisdiction
) -> None:
    sam = cast.person(sandbox, "sam@sandbox.example", Role.OFFICER)
    proposal = proposed(license, regulator)
    for verb in (proposals.approve, proposals.refuse):
        with refused("not_the_authority"):
            verb(proposal, by=sam)


def test_no_firm_proposes_or_decides(license: License, regulator: Actor, manager: Actor) -> None:
    with refused("not_the_authority"):
        enter(license, manager)
    with refused("not_the_authority"):
        proposals.approve(proposed(license, regulator), by=manager)


# Standing decisions --------------------------------------------------------------------------


def test_a_key_with_a_standing_decision_acts_at_once(
    license: License, key: Callable[..., Actor], letters: list[str]
) -> None:
    enter(license, key("registry:grant"))
    assert letters == ["b"]
    assert Proposal.objects.get().state == ProposalState.APPROVED


@pytest.mark.parametrize(
    ("bounds", "largest", "at_once"),
    [
        ({"largest_limit_kg": 1000}, "1000", True),
        ({"largest_limit_kg": 1000}, "1000.000001", False),
        ({"acts_a_day": 1}, "1", True),
        ({"acts_a_day": 0}, "1", False),
        ({"revoked_at": "2026-01-01T00:00Z"}, "1", False),
    ],
)
def test_beyond_its_bounds_it_proposes(
    license: License,
    key: Callable[..., Actor],
    letters: list[str],
    bounds: dict[str, Any],
    largest: str,
    at_once: bool,
) -> None:
    enter(license, key("registry:grant", **bounds), largest_kg=Decimal(largest))
    assert (letters == ["b"]) is at_once
    assert Proposal.objects.get().state == ("approved" if at_once else "proposed")


def test_sql_decides_nothing_beyond_a_keys_bounds(
    license: License, key: Callable[..., Actor]
) -> None:
    by = key("registry:grant", acts_a_day=1, largest_limit_kg=1000)
    for about, terms in (("a", {"limit_kg": "1001"}), ("b", {"storage_limit_kg": "1001"})):
        with pytest.raises(IntegrityError, match="within its bounds"), transaction.atomic():
            _approved(license, by, about, terms)
    _approved(license, by, "c", {"limit_kg": "1000"})
    with pytest.raises(IntegrityError, match="within its bounds"), transaction.atomic():
        _approved(license, by, "d", {})


def _approved(license: License, by: Actor, about: str, terms: dict[str, str]) -> None:
    at = clock.now()
    Proposal.objects.create(
        jurisdiction=by.jurisdiction,
        act="test.act",
        subject_kind="license",
        subject_id=license.pk,
        about=about,
        terms=terms,
        proposed_at=at,
        proposed_key=by.api_key,
        expires_at=at,
        state=ProposalState.APPROVED,
        decided_at=at,
        decided_key=by.api_key,
    )


def test_its_acts_of_a_day_are_counted(
    license: License, key: Callable[..., Actor], letters: list[str]
) -> None:
    by = key("registry:grant", acts_a_day=2)
    for about in "abc":
        enter(license, by, about, about=about)
    assert letters == ["a", "b"]


# In the database -----------------------------------------------------------------------------


def test_the_database_takes_no_approval_by_one(
    license: License, regulator: Actor, second_officer: Actor
) -> None:
    proposal = proposed(license, regulator)
    assert regulator.user and second_officer.user
    first, second = regulator.user.pk, second_officer.user.pk
    approve = "UPDATE registry_proposal SET state = 'approved', decided_at = now()"
    for statement in (
        approve,
        f"{approve}, decided_by_id = {first}",
        f"{approve}, decided_by_id = {first}, sponsor_id = {second}",
        f"{approve}, decided_by_id = {second}, proposed_by_id = NULL",
        "UPDATE registry_proposal SET terms = '{}'",
        "DELETE FROM registry_proposal",
    ):
        refuses = pytest.raises(DatabaseError)
        with refuses, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    proposals.refuse(proposal, by=second_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state="proposed", decided_at=None)


# The pages -----------------------------------------------------------------------------------


def test_the_second_officer_decides_on_a_page(
    license: License,
    regulator: Actor,
    second_officer: Actor,
    signed_in: Callable[[Actor], Client],
    letters: list[str],
) -> None:
    proposal = proposed(license, regulator)
    path = f"/approvals/{proposal.uuid}/"
    mine = signed_in(regulator)
    assert path in mine.get("/approvals/").content.decode()
    shown = mine.get(path).content.decode()
    assert "Take it back" in shown
    assert "Agree: in force at once" not in shown
    assert mine.post(path, {"decision": "approve", "note": ""}).status_code == 422
    assert mine.post(path, {"decision": "x", "note": ""}).status_code == 200
    second = signed_in(second_officer)
    assert "Agree: in force at once" in second.get(path).content.decode()
    assert second.post(path, {"decision": "approve", "note": "Seen"}).status_code == 302
    assert letters == ["b"]
    assert "Seen" in second.get(path).content.decode()
    assert path not in second.get("/approvals/").content.decode()
    assert path in second.get("/approvals/?tab=decided").content.decode()


def test_where_nobody_else_can_agree_the_page_says_so(
    license: License, regulator: Actor, signed_in: Callable[[Actor], Client]
) -> None:
    path = f"/approvals/{proposed(license, regulator).uuid}/"
    officer = signed_in(regulator)
    for address in (path, "/approvals/"):
        assert "Nobody else can agree yet" in officer.get(address).content.decode()
    cast.person(regulator.jurisdiction, "raul@authority.example", Role.OFFICER)
    for address in (path, "/approvals/"):
        assert "Nobody else can agree yet" not in officer.get(address).content.decode()
