"""review, assign: a high flag is ended by two, the second a person who was drawn."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from authorizations.models import Authorization
from oversight import operations as oversight
from oversight.models import Flag, FlagState, FlagStep, StepKind
from precursors.errors import Refused
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from registry.models import Membership
from tests import cast
from tests.cast import Firm

Make = Callable[..., Flag]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


@pytest.fixture
def flag(ask: Callable[..., Authorization]) -> Make:
    """A flag as an evaluation raises it."""

    def flag(severity: str = "high") -> Flag:
        authorization = ask("10")
        raised = Flag.objects.create(
            jurisdiction=authorization.jurisdiction,
            rule="quantity_exceeded",
            severity=severity,
            subject_kind="authorization",
            subject_id=authorization.pk,
            authorization=authorization,
            buyer=authorization.buyer,
            seller=authorization.seller,
            evidence={"over": "80"},
            version=1,
            raised_at=clock.now(),
            due_at=clock.now() + timedelta(days=7),
        )
        FlagStep.objects.create(
            flag=raised, sequence=1, kind=StepKind.RAISED, state="open", at=raised.raised_at
        )
        return raised

    return flag


@pytest.fixture
def key(regulator: Actor) -> Actor:
    made, _secret = registry.issue_api_key(
        jurisdiction=regulator.jurisdiction, organization=None, name="bot", scopes=["flags:review"]
    )
    return Actor.program(made)


def judge(flag: Flag, by: Actor, outcome: str = "explained", note: str = "seen") -> Flag:
    return oversight.review(flag, outcome=outcome, note=note, by=by)


def test_one_officer_proposes_and_another_agrees(
    flag: Make, regulator: Actor, third_officer: Actor
) -> None:
    proposed = judge(flag(), regulator)
    second = cast.drawn(proposed)
    assert proposed.state == FlagState.AWAITING_SECOND
    assert second.user != regulator.user
    ended = judge(proposed, second)
    assert (ended.state, ended.decided_by) == (FlagState.EXPLAINED, second.user)
    kinds = [step.kind for step in ended.steps.all()]
    assert kinds == ["raised", "proposed", "drawn", "agreed"]


def test_the_second_may_overrule(flag: Make, regulator: Actor, third_officer: Actor) -> None:
    proposed = judge(flag(), regulator)
    ended = judge(proposed, cast.drawn(proposed), "confirmed")
    assert ended.state == FlagState.CONFIRMED
    assert ended.steps.last().kind == StepKind.OVERRULED


def test_nobody_decides_their_own_proposal(
    flag: Make, regulator: Actor, second_officer: Actor
) -> None:
    proposed = judge(flag(), regulator)
    assert code_of(lambda: judge(proposed, regulator)) == "own_proposal"


def test_only_the_drawn_officer_decides(
    flag: Make, regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    proposed = judge(flag(), regulator)
    other = third_officer if proposed.second == second_officer.user else second_officer
    assert code_of(lambda: judge(proposed, other)) == "not_drawn"


def test_another_is_drawn_when_the_drawn_one_has_left(
    flag: Make, regulator: Actor, third_officer: Actor
) -> None:
    cast.person(regulator.jurisdiction, "tomas@authority.example", "officer")
    proposed = judge(flag(), regulator)
    gone = cast.drawn(proposed)
    registry.end_membership(Membership.objects.get(user=gone.user), by=gone)
    oversight.draw_seconds()
    second = cast.drawn(proposed)
    assert second.user not in (gone.user, regulator.user)
    assert judge(proposed, second).decided_by == second.user


def test_a_program_proposes_and_is_never_the_second(
    flag: Make, key: Actor, third_officer: Actor
) -> None:
    proposed = judge(flag(), key)
    assert proposed.state == FlagState.AWAITING_SECOND
    assert code_of(lambda: judge(proposed, key)) == "second_is_a_person"
    assert judge(proposed, cast.drawn(proposed)).state == FlagState.EXPLAINED


def test_a_person_ends_a_medium_flag_alone_and_a_program_does_not(
    flag: Make, regulator: Actor, key: Actor
) -> None:
    medium = flag("medium")
    assert judge(medium, key).state == FlagState.AWAITING_SECOND
    assert judge(flag("medium"), regulator, "dismissed").state == FlagState.DISMISSED


def test_a_firm_reviews_nothing(flag: Make, buyer: Firm) -> None:
    assert code_of(lambda: judge(flag(), buyer.actor)) == "not_the_authority"


def test_a_decision_stands(flag: Make, regulator: Actor) -> None:
    ended = judge(flag("medium"), regulator)
    assert code_of(lambda: judge(ended, regulator)) == "already_decided"


@pytest.mark.parametrize(
    ("outcome", "note", "code"), [("open", "x", "unknown_outcome"), ("explained", " ", "no_note")]
)
def test_a_review_says_how_and_why(
    flag: Make, regulator: Actor, outcome: str, note: str, code: str
) -> None:
    raised = flag()
    assert code_of(lambda: judge(raised, regulator, outcome, note)) == code


def test_who_acts_on_an_old_page_is_told(
    flag: Make, regulator: Actor, second_officer: Actor
) -> None:
    raised = flag()
    judge(raised, regulator)
    act = lambda: oversight.review(  # noqa: E731
        raised, outcome="confirmed", note="x", steps_seen=1, by=second_officer
    )
    assert code_of(act) == "flag_changed"


def test_an_officer_takes_a_flag_and_gives_it_back(flag: Make, regulator: Actor) -> None:
    taken = oversight.assign(flag(), to=regulator.user, by=regulator)
    assert taken.assigned_to == regulator.user
    assert oversight.assign(taken, to=None, by=regulator).assigned_to is None


def test_a_flag_is_given_to_officers_only(flag: Make, regulator: Actor, buyer: Firm) -> None:
    raised = flag()
    act = lambda: oversight.assign(raised, to=buyer.actor.user, by=regulator)  # noqa: E731
    assert code_of(act) == "not_an_officer"


def test_the_database_itself_asks_for_two(flag: Make, regulator: Actor) -> None:
    raised = flag()
    ended = {"state": "explained", "decided_by": regulator.user, "decided_at": clock.now()}
    for proposer in (None, regulator.user):
        with pytest.raises(IntegrityError), transaction.atomic():
            Flag.objects.filter(pk=raised.pk).update(proposed_by=proposer, **ended)
