"""The check that runs every five minutes: what it reads, keeps, tells, and what it halts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from audit import halt, invariants, tasks
from audit.check import ONE_AT_A_TIME, check_invariants
from audit.models import Violation, Watermark
from authorizations.models import Authorization, Sale
from oversight.operations.evaluation import evaluate
from precursors.errors import Refused
from registry import clock
from registry.models import Event
from tests.audit.planting import plant
from tests.audit.resuming import resume_issuing
from tests.roles import as_owner

Ask = Callable[..., Authorization]
SUMS = "2 entries sum to the allowance"
STATE = "7 a flag’s state is its last step’s"


def hide(authorization: Authorization, kg: str = "1") -> None:
    """Change a balance behind the ledger's back."""
    plant(
        f"UPDATE authorizations_allowance SET held_kg = held_kg + {kg}"
        f" WHERE id = {authorization.allowance_id}"
    )


def open_ones() -> list[tuple[str, str]]:
    found = Violation.objects.filter(cleared_at=None).order_by("number", "invariant")
    return list(found.values_list("invariant", "subject"))


def is_refused(ask: Ask) -> bool:
    try:
        ask("1")
    except Refused as refusal:
        return refusal.code == "issuing_halted"
    return False


def have_read_all() -> None:
    """Two checks that find nothing: what follows reads only what changes from here on."""
    for _check in range(2):
        assert check_invariants()
    assert open_ones() == []


def test_what_is_found_is_kept_and_halts_the_issue_of_codes(ask: Ask) -> None:
    code = ask()
    hide(code)
    assert check_invariants()
    subject = str(code.allowance_id)
    assert (SUMS, subject) in open_ones()
    assert is_refused(ask)
    event = Event.objects.filter(kind="issuing.halted").first()
    assert event and SUMS in event.data["because"]


def test_nothing_wrong_halts_nothing(ask: Ask) -> None:
    ask()
    have_read_all()
    assert not is_refused(ask)


def test_what_is_wrong_with_a_flag_is_told_and_halts_nothing(
    ask: Ask, sell: Callable[..., Sale]
) -> None:
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    plant("UPDATE oversight_flag SET state = 'awaiting_second'")
    check_invariants()
    assert STATE in {invariant for invariant, _subject in open_ones()}
    assert not is_refused(ask)


@pytest.mark.parametrize("number", sorted(invariants.HALTING))
def test_each_of_these_halts(jurisdiction: Any, ask: Ask, number: int) -> None:
    Violation.objects.create(number=number, invariant="planted", subject="1", found_at=clock.now())
    assert halt.reasons_to_halt() == ["planted"]


def test_the_numbers_that_halt_are_those_of_the_promise() -> None:
    assert {1, 2, 3, 8, 10} == invariants.HALTING


def test_resumed_it_stays_resumed_until_something_else_is_found(ask: Ask) -> None:
    code = ask()
    hide(code)
    check_invariants()
    resume_issuing(reason="known, and harmless")
    check_invariants(everything=True)
    assert not is_refused(ask)
    told = Event.objects.filter(kind="issuing.resumed").first()
    assert told and f"{SUMS}: {code.allowance_id}" in told.data["accepted"]
    plant("UPDATE authorizations_authorization SET held_kg = held_kg + 1")
    check_invariants(everything=True)
    assert is_refused(ask)


def test_what_is_mended_is_ended_and_halts_until_two_people_resume(ask: Ask) -> None:
    code = ask()
    have_read_all()
    hide(code)
    check_invariants(everything=True)
    assert open_ones()
    hide(code, "-1")
    check_invariants()  # it changed in no way that leaves an entry, and is asked all the same
    assert open_ones() == []
    assert is_refused(ask)
    # Broken once more it is another violation, which nobody has accepted.
    resume_issuing(reason="mended")
    hide(code)
    check_invariants(everything=True)
    assert is_refused(ask)


def test_only_what_changed_is_read(ask: Ask, sell: Callable[..., Sale]) -> None:
    code = ask()
    have_read_all()
    hide(code)
    check_invariants()
    assert open_ones() == []
    sell(code, "1")
    check_invariants()
    assert (SUMS, str(code.allowance_id)) in open_ones()


def test_what_was_committed_late_is_read_by_the_next_check(ask: Ask) -> None:
    code = ask()
    check_invariants()
    check_invariants()
    ask("2")
    check_invariants()
    hide(code)  # as if the check before had not seen it yet
    check_invariants()
    assert (SUMS, str(code.allowance_id)) in open_ones()


def test_a_night_that_was_missed_is_made_up_for(ask: Ask) -> None:
    code = ask()
    have_read_all()
    hide(code)
    Watermark.objects.update(everything_at=clock.now() - timedelta(hours=26))
    check_invariants()
    assert (SUMS, str(code.allowance_id)) in open_ones()


def test_every_question_can_be_asked_of_a_part(ask: Ask, sell: Callable[..., Sale]) -> None:
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    scope = invariants.Changed(False, [code.pk], 0)
    for question in invariants.QUESTIONS:
        assert question.broken(scope, most=5) == [], question.name


def test_what_nobody_evaluates_is_in_every_part(ask: Ask, sell: Callable[..., Sale]) -> None:
    sell(ask("100"), "50")
    have_read_all()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE authorizations_duty SET due_at = due_at - interval '2 minutes'"
            " WHERE reason = 'recorded'"
        )
    check_invariants()
    assert "5 every sale is evaluated, or less than a minute overdue" in dict(open_ones())


def test_the_worker_checks(ask: Ask) -> None:
    hide(ask())
    tasks.check_invariants()
    assert SUMS in dict(open_ones())


def test_the_command_only_looks(ask: Ask) -> None:
    hide(ask())
    with pytest.raises(SystemExit):
        call_command("check_invariants")
    assert open_ones() == [] and not is_refused(ask)


def test_there_is_one_check_at_a_time(ask: Ask) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        assert not check_invariants()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
    other.close()
    assert check_invariants()


def test_no_more_is_kept_than_somebody_can_read(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.check.KEPT_MAX", 1)
    ask(), ask()
    plant("UPDATE authorizations_authorization SET held_kg = 1")
    check_invariants()
    assert len([1 for invariant, _s in open_ones() if "for the buyer" in invariant]) == 1


def test_the_clock_rings_for_it_every_five_minutes_and_at_night() -> None:
    rings = [
        ring
        for ring in settings.CELERY_BEAT_SCHEDULE.values()
        if ring["task"] == tasks.check_invariants.name
    ]
    often, nightly = sorted(rings, key=lambda ring: "kwargs" in ring)
    assert often["schedule"] <= 300
    assert nightly["kwargs"] == {"everything": True}
    assert isinstance(nightly["schedule"], crontab)
