"""The second of a high flag is drawn from two others at least; with fewer it waits, loudly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from authorizations.models import Authorization, Sale
from oversight import operations as oversight
from oversight import tasks
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry import operations as registry
from registry.actors import Actor
from registry.models import ApiKey, Event, Membership, Proposal, User
from tests import cast
from tests.api.programs import Program
from tests.cast import Firm
from tests.pages.conftest import visit
from tests.registry.refusals import refused
from tests.roles import as_owner

__all__ = ["visit"]
Visit = Callable[[Actor], Client]
REVIEW: dict[str, Any] = {"outcome": "dismissed", "note": "Typed twice."}
DRAWN = """
INSERT INTO oversight_flagstep (flag_id, sequence, kind, state, at, note, data)
SELECT id, steps_count + 1, 'drawn', state, now(), '', jsonb_build_object('officer', {second})
FROM oversight_flag WHERE id = {flag};
UPDATE oversight_flag SET steps_count = steps_count + 1, second_id = {second} WHERE id = {flag};
SET CONSTRAINTS ALL IMMEDIATE;
"""


@pytest.fixture(autouse=True)
def in_earnest(plain: None) -> None:
    """Outside demo mode."""


@pytest.fixture
def flag(ask: Callable[..., Authorization], sell: Callable[..., Sale]) -> Flag:
    """150 kg on 100: a high flag."""
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    return Flag.objects.get(authorization=code, rule="quantity_exceeded")


@pytest.fixture
def own_key(regulator: Actor) -> tuple[Actor, Program]:
    """A key whose sponsor is the regulator."""
    key, secret = registry.issue_api_key(
        jurisdiction=regulator.jurisdiction,
        organization=None,
        name="My own",
        scopes=["flags:review", "flags:read", "events:read"],
    )
    with as_owner():
        ApiKey.objects.filter(pk=key.pk).update(sponsor=regulator.user)
    return Actor.program(ApiKey.objects.get(pk=key.pk)), Program(secret)


def user_of(by: Actor) -> User:
    assert by.user
    return by.user


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def leave(by: Actor) -> None:
    registry.end_membership(Membership.objects.get(user=by.user, ended_at=None), by=by)


# With too few it waits -----------------------------------------------------------------------


def test_from_one_other_officer_nobody_is_drawn_and_nobody_ends_it(
    flag: Flag, regulator: Actor, second_officer: Actor
) -> None:
    assert oversight.review(flag, by=regulator, **REVIEW).second is None
    for _try in range(5):
        with refused("own_proposal"):
            oversight.review(flag, by=regulator, **REVIEW)
        with refused("too_few_officers"):
            oversight.review(flag, by=second_officer, **REVIEW)
    flag.refresh_from_db()
    assert (flag.state, flag.second) == ("awaiting_second", None)


@pytest.mark.parametrize(
    ("language", "of_flag", "of_queue"),
    [
        ("en", "It waits: there are too few officers", "1 flag waits: there are too few officers"),
        (
            "es",
            "Está a la espera: hay muy pocos funcionarios",
            "1 alerta está a la espera: hay muy pocos funcionarios",
        ),
    ],
)
def test_the_pages_say_so_to_every_officer(
    flag: Flag,
    regulator: Actor,
    second_officer: Actor,
    visit: Visit,
    language: str,
    of_flag: str,
    of_queue: str,
) -> None:
    with as_owner():
        User.objects.update(language=language)
    first, other = visit(regulator), visit(second_officer)
    spoken = {"accept-language": language}
    address = f"/queue/{flag.uuid}/"
    first.post(address, {**REVIEW, "steps_seen": flag.steps_count}, headers=spoken)
    for browser in (first, other):
        page = text(browser.get(address, headers=spoken))
        assert of_flag in page
        assert 'href="/people/invite/"' in page
        assert 'name="outcome"' not in page
        assert of_queue in text(browser.get("/queue/", headers=spoken))


def test_the_queue_is_silent_where_none_waits(
    flag: Flag, regulator: Actor, third_officer: Actor, visit: Visit
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    assert "too few officers" not in text(visit(regulator).get("/queue/"))


def test_the_api_tells_that_it_waits(
    flag: Flag, own_key: tuple[Actor, Program], second_officer: Actor
) -> None:
    program = own_key[1]
    told = program.post(f"/flags/{flag.uuid}/review", REVIEW).json()
    assert (told["state"], told["awaits_officers"]) == ("awaiting_second", True)
    cast.person(second_officer.jurisdiction, "tina@authority.example", "officer")
    tasks.draw_seconds()
    told = program.get(f"/flags/{flag.uuid}").json()
    assert (told["state"], told["awaits_officers"]) == ("awaiting_second", False)


def test_officers_whom_the_first_invited_do_not_count(
    flag: Flag, regulator: Actor, second_officer: Actor
) -> None:
    for name in ("una", "dos", "tres"):
        cast.officer_invited_by(regulator, f"{name}@authority.example")
    assert oversight.review(flag, by=regulator, **REVIEW).second is None


def test_nor_do_those_of_the_firms_side(
    flag: Flag, buyer: Firm, regulator: Actor, second_officer: Actor
) -> None:
    cast.officer_who_left(buyer.organization, "tito@authority.example")
    assert oversight.review(flag, by=regulator, **REVIEW).second is None


# As soon as there are enough -----------------------------------------------------------------


def test_one_is_drawn_when_an_officer_joins(
    flag: Flag,
    regulator: Actor,
    second_officer: Actor,
    django_capture_on_commit_callbacks: Any,
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    with django_capture_on_commit_callbacks(execute=True):
        third = cast.person(regulator.jurisdiction, "tina@authority.example", "officer")
    drawn = cast.drawn(flag)
    assert drawn.user in (second_officer.user, third.user)
    assert oversight.review(flag, by=drawn, **REVIEW).state == "dismissed"


def test_an_officer_whom_the_first_invited_makes_none_enough(
    flag: Flag,
    regulator: Actor,
    second_officer: Actor,
    django_capture_on_commit_callbacks: Any,
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    with django_capture_on_commit_callbacks(execute=True):
        cast.officer_invited_by(regulator, "una@authority.example")
    flag.refresh_from_db()
    assert flag.second is None


def test_one_is_drawn_by_the_clock_in_the_place_of_one_who_left(
    flag: Flag, regulator: Actor, third_officer: Actor
) -> None:
    cast.person(regulator.jurisdiction, "tomas@authority.example", "officer")
    oversight.review(flag, by=regulator, **REVIEW)
    gone = cast.drawn(flag)
    leave(gone)
    tasks.draw_seconds()
    assert cast.drawn(flag).user not in (gone.user, regulator.user)


def test_where_one_is_left_beside_the_first_it_waits_again(
    flag: Flag, regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    gone = cast.drawn(flag)
    leave(gone)
    tasks.draw_seconds()
    flag.refresh_from_db()
    assert flag.second is None
    [stays] = [by for by in (second_officer, third_officer) if by.user != gone.user]
    with refused("too_few_officers"):
        oversight.review(flag, by=stays, **REVIEW)
    steps = flag.steps.count()
    tasks.draw_seconds()
    assert flag.steps.count() == steps


# Nobody draws themselves ---------------------------------------------------------------------


def test_five_tries_do_not_draw_oneself(
    flag: Flag, regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    drawn = cast.drawn(flag)
    [other] = [by for by in (second_officer, third_officer) if by.user != drawn.user]
    for _try in range(5):
        with refused("not_drawn"):
            oversight.review(flag, by=other, **REVIEW)
        with refused("own_proposal"):
            oversight.review(flag, by=regulator, **REVIEW)
        tasks.draw_seconds()
    assert cast.drawn(flag).user == drawn.user


def test_an_officer_who_puts_the_others_out_and_proposes_with_a_key_is_not_drawn(
    flag: Flag,
    regulator: Actor,
    second_officer: Actor,
    third_officer: Actor,
    own_key: tuple[Actor, Program],
    visit: Visit,
) -> None:
    mine, program = own_key
    # Ending another takes two: it stays a proposal, for whoever is not its proposer.
    for other in (second_officer, third_officer):
        member = Membership.objects.get(user=other.user)
        registry.end_membership(member, by=regulator)
        member.refresh_from_db()
        assert member.ended_at is None
    for proposal in Proposal.objects.filter(act="officer.end"):
        visit(regulator).post(f"/approvals/{proposal.uuid}/", {"decision": "approve", "note": ""})
    assert Membership.objects.filter(role="officer", ended_at=None).count() == 3
    # Were one gone all the same, a key counts as its sponsor, and from one nobody is drawn.
    leave(third_officer)
    assert program.post(f"/flags/{flag.uuid}/review", REVIEW).json()["awaits_officers"]
    with refused("own_proposal"):
        oversight.review(flag, by=regulator, **REVIEW)
    with refused("second_is_a_person"):
        oversight.review(flag, by=mine, **REVIEW)
    with refused("too_few_officers"):
        oversight.review(flag, by=second_officer, **REVIEW)
    flag.refresh_from_db()
    assert (flag.state, flag.second) == ("awaiting_second", None)


# By SQL --------------------------------------------------------------------------------------


def draw_by_sql(flag: Flag, second: Actor) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DRAWN.format(flag=flag.pk, second=user_of(second).pk))


def test_sql_draws_nobody_from_one(flag: Flag, regulator: Actor, second_officer: Actor) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    for chosen in (second_officer, regulator):
        with pytest.raises(IntegrityError, match="from two others"):
            draw_by_sql(flag, chosen)


def test_sql_draws_nobody_whom_the_first_invited(
    flag: Flag, regulator: Actor, third_officer: Actor
) -> None:
    invited = cast.officer_invited_by(regulator, "una@authority.example")
    oversight.review(flag, by=regulator, **REVIEW)
    with pytest.raises(IntegrityError, match="from two others"):
        draw_by_sql(flag, invited)


def test_sql_draws_nobody_of_the_firm(
    flag: Flag, buyer: Firm, regulator: Actor, third_officer: Actor
) -> None:
    turned = cast.officer_who_left(buyer.organization, "tito@authority.example")
    oversight.review(flag, by=regulator, **REVIEW)
    with pytest.raises(IntegrityError, match="from two others"):
        draw_by_sql(flag, turned)


def test_sql_draws_not_the_sponsor_of_the_key(
    flag: Flag, regulator: Actor, third_officer: Actor, own_key: tuple[Actor, Program]
) -> None:
    oversight.review(flag, by=own_key[0], **REVIEW)
    with pytest.raises(IntegrityError, match="from two others"):
        draw_by_sql(flag, regulator)


# Who was drawn is nobody's business ----------------------------------------------------------


def test_only_the_drawn_one_knows_until_the_flag_ends(
    flag: Flag,
    regulator: Actor,
    second_officer: Actor,
    third_officer: Actor,
    own_key: tuple[Actor, Program],
    visit: Visit,
) -> None:
    for by, name in ((second_officer, "Quirina"), (third_officer, "Zacarías")):
        with as_owner():
            User.objects.filter(pk=user_of(by).pk).update(name=name)
    address = f"/queue/{flag.uuid}/"
    sent = {**REVIEW, "steps_seen": flag.steps_count}
    done = text(visit(regulator).post(address, sent, follow=True))
    drawn = cast.drawn(flag)
    name = user_of(drawn).name
    [other] = [by for by in (second_officer, third_officer) if by.user != drawn.user]
    assert "It awaits a second officer." in done
    for by in (regulator, other):
        page = text(visit(by).get(address))
        assert "an officer was drawn as second officer" in page
        assert f"{name} drawn" not in page and f"Awaiting {name}" not in page
        for tab in ("mine", "proposed", "team", "all"):
            assert name not in text(visit(by).get(f"/queue/?tab={tab}"))
    told = own_key[1].get(f"/flags/{flag.uuid}").content.decode()
    events = own_key[1].get("/events").content.decode()
    for answer in (told, events):
        assert name not in answer and user_of(drawn).email not in answer
    event = Event.objects.get(kind="flag.drawn")
    assert event.data == {"state": "awaiting_second"} and event.user is None
    assert f"{name} drawn" in text(visit(drawn).get(address))
    oversight.review(flag, by=drawn, **REVIEW)
    assert f"{name} drawn" in text(visit(regulator).get(address))


def test_the_demo_says_whose_button_to_press(
    flag: Flag, regulator: Actor, third_officer: Actor, visit: Visit, settings: Any
) -> None:
    oversight.review(flag, by=regulator, **REVIEW)
    settings.DEMO_MODE = True
    page = text(visit(regulator).get(f"/queue/{flag.uuid}/"))
    assert f"Awaiting {user_of(cast.drawn(flag)).name}" in page
