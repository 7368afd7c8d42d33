"""An act that takes two people, for tests of what all such acts share."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from registry import proposals
from registry.actors import Actor
from registry.models import License, Proposal
from registry.proposals import Change, Draft

NAME = "test.act"
DONE: list[str] = []


def _lock(proposal: Proposal) -> License:
    return License.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)


def _changes(proposal: Proposal) -> Iterator[Change]:
    yield Change("Letters", proposal.before["letters"], proposal.terms["letters"])


def _put_in_force(proposal: Proposal, subject: License, *, at: Any, by: Actor) -> License:
    DONE.append(proposal.terms["letters"])
    return subject


LETTERS = proposals.Act(
    NAME,
    "Write letters",
    _lock,
    _put_in_force,
    _changes,
    lambda row: f"Letters {row.about}",
)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Enter the act for one test; the letters that were written."""
    monkeypatch.setitem(proposals.ACTS, NAME, LETTERS)
    DONE.clear()
    return DONE


def enter(
    license: License,
    by: Actor,
    letters: str = "b",
    *,
    about: str = "",
    largest_kg: Decimal | None = None,
) -> Any:
    """Propose, or do, an act about a license."""
    return proposals.enter(
        Draft(
            act=NAME,
            subject=license,
            about=about,
            organization=license.organization,
            terms={"letters": letters},
            before={"letters": "a"},
            largest_kg=largest_kg,
        ),
        by=by,
    )


def proposed(license: License, by: Actor) -> Proposal:
    found = enter(license, by)
    assert isinstance(found, Proposal)
    return found
