"""Nobody decides for the authority on dealings of a firm that was their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from authorizations import operations
from authorizations.models import Authorization, Sale
from oversight import operations as oversight
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.models import Precursor
from registry import operations as registry
from registry.actors import Actor
from registry.models import Proposal
from registry.models.people import Role
from tests import cast
from tests.cast import Firm, kg
from tests.registry.refusals import refused
from tests.roles import as_owner

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]


@pytest.fixture
def turned(buyer: Firm, second_officer: Actor) -> Actor:
    """An officer who was a manager of the buyer until now."""
    return cast.officer_who_left(buyer.organization, "tito@authority.example")


@pytest.fixture
def flag(ask: Ask, sell: Sell) -> Flag:
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    return Flag.objects.get(authorization=code, rule="quantity_exceeded")


def test_who_was_of_the_firm_decides_nothing_of_its_codes(
    ask: Ask, sell: Sell, turned: Actor, regulator: Actor
) -> None:
    pending, issued, sold = ask("6000"), ask("100"), ask("100")
    sale = sell(sold, "90")
    for act in (
        lambda: operations.issue(pending, by=turned),
        lambda: operations.refuse(pending, reason="No", by=turned),
        lambda: operations.revoke(issued, reason="No", by=turned),
        lambda: operations.release(sold, reason="No", by=turned),
        lambda: operations.agree(sale, reason="No", by=turned),
        lambda: operations.confirm_claim(sale, reason="No", by=turned),
    ):
        with refused("own_dealings"):
            act()
    assert operations.refuse(pending, reason="No", by=regulator).status == "refused"


def test_who_was_of_the_firm_reviews_no_flag_of_it_and_is_not_drawn(
    flag: Flag, turned: Actor, regulator: Actor, third_officer: Actor
) -> None:
    review: dict[str, Any] = {"outcome": "explained", "note": "Seen"}
    with refused("own_dealings"):
        oversight.review(flag, by=turned, **review)
    assert oversight.review(flag, by=regulator, **review).second not in (None, turned.user)


def test_a_key_counts_as_its_sponsor(
    flag: Flag, turned: Actor, second_officer: Actor, regulator: Actor, third_officer: Actor
) -> None:
    key, _secret = registry.issue_api_key(
        jurisdiction=regulator.jurisdiction,
        organization=None,
        name="Desk",
        scopes=["flags:review"],
    )
    review: dict[str, Any] = {"outcome": "explained", "note": "Seen"}
    key.sponsor = turned.user
    with refused("own_dealings"):
        oversight.review(flag, by=Actor.program(key), **review)
    with as_owner():
        key.sponsor = second_officer.user
        key.save(update_fields=["sponsor"])
    drawn = oversight.review(flag, by=Actor.program(key), **review)
    assert drawn.second in (regulator.user, third_officer.user)
    with refused("own_proposal"):
        oversight.review(drawn, by=second_officer, **review)


def test_whom_the_first_invited_is_not_drawn(
    flag: Flag, regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    for name in ("una", "dos", "tres"):
        cast.officer_invited_by(regulator, f"{name}@authority.example")
    proposed = oversight.review(flag, outcome="explained", note="Seen", by=regulator)
    assert proposed.second in (second_officer.user, third_officer.user)


def test_nobody_joins_both_sides(buyer: Firm, regulator: Actor, second_officer: Actor) -> None:
    assert buyer.actor.user and second_officer.user
    with refused("both_sides", "email"):
        registry.invite(
            email=buyer.actor.user.email, role=Role.OFFICER, organization=None, by=regulator
        )
    link = cast.invited(
        email="raul@authority.example",
        role=Role.DEALER,
        organization=buyer.organization,
        by=buyer.actor,
    )
    with refused("both_sides", "email"):
        registry.join(token=link.rstrip("/").rsplit("/", 1)[1], user=second_officer.user)


def test_who_was_of_the_firm_proposes_nothing_for_it_by_hand_or_by_key(
    buyer: Firm, turned: Actor, regulator: Actor
) -> None:
    """Whoever approves may trust that no friend of the firm asks."""
    key, _secret = registry.issue_api_key(
        jurisdiction=regulator.jurisdiction,
        organization=None,
        name="Desk",
        scopes=["registry:write"],
    )
    key.sponsor = turned.user
    firm = buyer.organization
    for by in (turned, Actor.program(key)):
        for act in (
            lambda by=by: registry.grant_permit(
                license=buyer.license,
                precursor=Precursor.objects.get(code="acetone"),
                activity="buy",
                limit=kg("90000"),
                period="month",
                automatic_limit=None,
                by=by,
            ),
            lambda by=by: registry.invite(
                email="nina@buyer.example", role=Role.MANAGER, organization=firm, by=by
            ),
        ):
            with refused("own_dealings"):
                act()
    registry.suspend_license(buyer.license, reason="Books", by=turned)  # tightening is free
    with refused("own_dealings"):
        registry.propose_reinstatement(buyer.license, reason="Found", by=turned)
    assert not Proposal.objects.filter(organization=firm, state="proposed").exists()
    registry.propose_reinstatement(buyer.license, reason="Found", by=regulator)
    assert Proposal.objects.filter(organization=firm, state="proposed").count() == 1


def test_two_years_later_it_is_over(
    ask: Ask, turned: Actor, later: Callable[[timedelta], None]
) -> None:
    pending = ask("6000")
    later(timedelta(days=2 * 365 + 1))
    with refused("not_pending"):  # nobody decided it in time
        operations.refuse(pending, reason="No", by=turned)
