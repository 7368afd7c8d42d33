"""Duties: claimed with a lease, in lanes; a failing one spoils nobody else's, and is set aside."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.core.management import call_command
from django.db.models import F

import rules
from authorizations.models import Authorization, Duty, Lane, Sale
from oversight import worker
from oversight.models import Evaluation, Flag
from oversight.operations import evaluation
from registry import clock
from tests.cast import Firm
from tests.factories import SaleFactory
from tests.roles import as_owner

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Later = Callable[[timedelta], None]
LEASE = timedelta(seconds=21)


@pytest.fixture
def sold(buyer: Firm, vendor: Firm) -> Callable[[int], list[Authorization]]:
    """So many codes, each with 80 kg too much sold."""

    def sold(count: int) -> list[Authorization]:
        sales = SaleFactory.create_batch(count, buyer=buyer, vendor=vendor, amount="180")
        return [sale.authorization for sale in sales]

    return sold


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[Authorization], None]:
    """Make the rules fail on one authorization."""
    healthy = rules.evaluate

    def poison(authorization: Authorization) -> None:
        def evaluate(facts: Any, settings: Any) -> Any:
            if facts.id == authorization.pk:
                raise ZeroDivisionError
            return healthy(facts, settings)

        monkeypatch.setattr(rules, "evaluate", evaluate)

    return poison


def flagged() -> set[int]:
    return set(Flag.objects.values_list("authorization_id", flat=True))


def due() -> int:
    return Duty.objects.filter(due_at__lte=clock.now(), parked_at=None).count()


def test_what_is_due_is_done(sold: Any) -> None:
    codes = sold(3)
    assert worker.work_off_duties(batches_max=5) is False
    assert flagged() == {code.pk for code in codes}
    assert due() == 0


def test_what_is_not_due_is_left(ask: Ask) -> None:
    ask("100")
    with as_owner():
        Duty.objects.update(due_at=clock.now() + timedelta(hours=1))
    worker.work_off_duties(batches_max=5)
    assert not Evaluation.objects.exists()
    assert set(Duty.objects.values_list("attempts", flat=True)) == {0}


def test_one_bounded_run_tells_that_more_may_be_due(
    sold: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BATCH_MAX", 2)
    sold(5)
    assert worker.work_off_duties(batches_max=1) is True
    assert len(flagged()) == 2
    assert worker.work_off_duties(batches_max=5) is False
    assert len(flagged()) == 5


def test_the_oldest_are_done_first(sold: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH_MAX", 1)
    first, second = sold(2)
    with as_owner():
        Duty.objects.filter(authorization=second).update(due_at=F("due_at") - timedelta(days=1))
    worker.work_off_duties(batches_max=1)
    assert flagged() == {second.pk}
    assert first.pk not in flagged()


def test_a_claim_is_leased_and_counted(sold: Any) -> None:
    sold(1)
    claimed = worker._claim(worker.FRESH, 50)
    [duty] = Duty.objects.filter(pk__in=claimed)
    assert duty.attempts == 1
    assert timedelta(seconds=15) < duty.leased_until - clock.now() <= timedelta(seconds=20)
    assert worker._claim(worker.FRESH, 50) == {}
    assert worker._claim(worker.TRIED, 1) == {}


def test_what_a_dead_worker_held_is_taken_over_when_its_lease_is_up(
    sold: Any, later: Later
) -> None:
    [code] = sold(1)
    assert worker._claim(worker.FRESH, 50)  # and the worker dies
    worker.work_off_duties(batches_max=5)
    assert flagged() == set()
    later(LEASE)
    worker.work_off_duties(batches_max=5)
    assert flagged() == {code.pk}


def test_what_was_tried_before_is_claimed_alone(sold: Any, later: Later) -> None:
    sold(3)
    assert len(worker._claim(worker.FRESH, 50)) == 3
    later(LEASE)
    assert len(worker._claim(worker.TRIED, 1)) == 1
    assert worker._claim(worker.FRESH, 50) == {}


def test_one_failing_authorization_spoils_no_other(sold: Any, poison: Any) -> None:
    codes = sold(4)
    poison(codes[1])
    worker.work_off_duties(batches_max=5)
    assert flagged() == {codes[0].pk, codes[2].pk, codes[3].pk}
    assert list(Duty.objects.filter(attempts__gt=0).values_list("attempts", flat=True)) == [1]


def test_the_fifth_failure_sets_it_aside_and_calls_an_operator(
    sold: Any, poison: Any, later: Later
) -> None:
    [bad] = sold(1)
    poison(bad)
    with structlog.testing.capture_logs() as logs:
        for _failure in range(5):
            worker.work_off_duties(batches_max=5)
            assert not Duty.objects.exclude(parked_at=None).exists()
            later(LEASE)
        worker.work_off_duties(batches_max=5)
    [parked] = Duty.objects.exclude(parked_at=None)
    assert (parked.authorization_id, parked.attempts) == (bad.pk, 5)
    [told] = [line for line in logs if line["event"] == "duty_parked"]
    assert (told["log_level"], told["authorization"]) == ("error", bad.pk)
    later(LEASE)
    worker.work_off_duties(batches_max=5)
    assert Duty.objects.get(pk=parked.pk).attempts == 5


def test_what_was_set_aside_is_done_when_an_operator_has_it_tried_again(sold: Any) -> None:
    [code] = sold(1)
    Duty.objects.filter(reason="recorded").update(
        parked_at=clock.now(), attempts=5, leased_until=clock.now() + LEASE
    )
    worker.work_off_duties(batches_max=5)
    assert flagged() == set()
    call_command("retry_parked")
    worker.work_off_duties(batches_max=5)
    assert flagged() == {code.pk}


def test_a_new_duty_of_a_parked_authorization_does_the_old_one_too(
    sold: Any, sell: Sell, ask: Ask
) -> None:
    [code] = sold(1)
    Duty.objects.filter(reason="recorded").update(parked_at=clock.now(), attempts=5)
    sell(code, "1")
    worker.work_off_duties(batches_max=5)
    assert due() == 0
    assert not Duty.objects.exclude(parked_at=None).exists()


def test_four_claims_of_five_ask_the_live_lane_first(
    sold: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = sold(10)
    bulk = codes[:5]
    with as_owner():
        Duty.objects.filter(authorization__in=bulk).update(lane=Lane.BULK)
    lanes = dict(Duty.objects.filter(reason="recorded").values_list("pk", "lane"))
    monkeypatch.setattr(worker, "turns", iter(range(1, 100)))
    asked = [lanes[duty] for _turn in range(5) for duty in worker._claim(worker.FRESH, 1)]
    assert asked == ["live"] * 4 + ["bulk"]


def test_an_empty_lane_gives_its_turn_to_the_other(sold: Any) -> None:
    sold(5)
    with as_owner():
        Duty.objects.update(lane=Lane.BULK)
    worker.work_off_duties(batches_max=5)
    assert len(flagged()) == 5


def test_what_another_worker_has_in_hand_is_handed_back_uncounted(
    sold: Any, monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    [code] = sold(1)
    with monkeypatch.context() as busy:
        busy.setattr(evaluation, "_locked", lambda ids: [])
        worker.work_off_duties(batches_max=5)
    [duty] = Duty.objects.filter(authorization=code, reason="recorded")
    assert duty.attempts == 0
    assert duty.leased_until <= clock.now() + timedelta(seconds=1)
    later(timedelta(seconds=2))
    worker.work_off_duties(batches_max=5)
    assert flagged() == {code.pk}
