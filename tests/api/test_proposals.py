"""Programs are told what became of what takes two people."""

from typing import Any

from registry import proposals
from registry.actors import Actor
from registry.models import Jurisdiction
from tests.api.conftest import program
from tests.api.programs import Program, problem
from tests.cast import Firm
from tests.registry.proposing import proposed


def test_a_proposal_is_listed_and_told_whole(
    authority_api: Program, buyer: Firm, regulator: Actor, second_officer: Actor, letters: Any
) -> None:
    row = proposed(buyer.license, regulator)
    told = authority_api.get(f"/proposals/{row.uuid}").json()
    assert told["proposal"] == told["id"] == str(row.uuid)
    assert told["status"] == told["state"] == "proposed"
    assert (told["act"], told["proposed_by"]) == ("test.act", "Rosa")
    assert (told["before"], told["terms"]) == ({"letters": "a"}, {"letters": "b"})
    waiting = authority_api.get("/proposals?state=proposed").json()["data"]
    assert told["id"] in [each["id"] for each in waiting]
    proposals.approve(row, note="Seen", by=second_officer)
    told = authority_api.get(f"/proposals/{row.uuid}").json()
    assert (told["state"], told["decided_by"], told["note"]) == ("approved", "Raul", "Seen")
    waiting = authority_api.get("/proposals?state=proposed").json()["data"]
    assert told["id"] not in [each["id"] for each in waiting]


def test_an_unknown_state_is_told(authority_api: Program) -> None:
    problem(authority_api.get("/proposals?state=open"), 422, "invalid")


def test_a_key_that_reads_something_else_reads_no_proposal(jurisdiction: Jurisdiction) -> None:
    flags = program(jurisdiction, None, ["flags:read"])
    problem(flags.get("/proposals"), 403, "scope_missing")
