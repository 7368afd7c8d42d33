"""What is done to one purchase reads none of the thousands of others."""

from collections.abc import Callable
from datetime import timedelta

from audit import check
from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from oversight import operations as oversight
from oversight.operations.evaluation import evaluate
from oversight.worker import work_off_duties
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from tests.authorizations.crowd import Watched, others, watched
from tests.cast import Firm, kg

__all__ = ["others", "watched"]


def test_no_act_reads_the_others(
    watched: Watched,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    report: Callable[..., SaleReport],
    buyer: Firm,
    vendor: Firm,
    acetone: Product,
    regulator: Actor,
) -> None:
    operations.cancel(ask("100"), by=buyer.actor)
    operations.revoke(ask("100"), reason="A doubt.", by=regulator)
    first, second = (sell(ask("100"), "150", invoice="F001-7", guide="T001-7") for _ in range(2))
    operations.correct_sale(second, report("140", guide="T001-8"), reason="typo", by=vendor.actor)
    operations.confirm_receipt(
        second, received_at=clock.now(), quantity=kg(150), outcome="satisfactory", by=buyer.actor
    )
    operations.void_sale(first, reason="typo", by=vendor.actor)
    operations.record_uncoded_sale(
        report("10"), buyer=buyer.organization, product=acetone, reason="outage", by=vendor.actor
    )
    operations.look_up(first.authorization.code or "", by=vendor.actor)
    assert watched.seen > 50
    assert watched.reading_much == []


def test_no_evaluation_reads_the_others(
    watched: Watched,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    later: Callable[[timedelta], None],
    vendor: Firm,
    regulator: Actor,
) -> None:
    """Nor does a worker that claims what is due, or an officer who reviews what it found."""
    first, second = (sell(ask("100"), "150", invoice="F001-7", guide="T001-7") for _ in range(2))
    assert work_off_duties(batches_max=2) is False
    operations.void_sale(first, reason="typo", by=vendor.actor)
    work_off_duties(batches_max=2)
    later(timedelta(days=8))
    work_off_duties(batches_max=2)
    flag = second.authorization.flags.get(rule="quantity_exceeded")
    oversight.review(flag, outcome="confirmed", note="No papers.", by=regulator)
    assert watched.seen > 100
    assert watched.reading_much == []


def test_a_check_of_what_changed_reads_none_of_the_others(
    watched: Watched, ask: Callable[..., Authorization], sell: Callable[..., Sale]
) -> None:
    """But of a quota that was booked on it adds up all entries: that is what it is for."""
    evaluate([sell(ask("100"), "150").authorization_id])
    check.check_invariants()
    assert watched.seen > 100
    much = [found for found in watched.reading_much if "authorizations_allowance" not in found[2]]
    assert much == []
