"""evaluate: hold an authorization against the rules, and keep its flags in step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations import operations
from authorizations.models import Authorization, Duty, Sale, Status
from authorizations.operations import SaleReport
from oversight import operations as oversight
from oversight.models import Evaluation, Flag, FlagState, FlagStep, StepKind
from oversight.operations.evaluation import evaluate
from precursors.quantities import quantity
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from registry.models import Event
from tests import cast
from tests.authorizations.conftest import fifth_working_day_ends
from tests.cast import Firm, kg
from tests.factories import SaleFactory
from tests.oversight.conftest import found_then
from tests.roles import as_owner

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Later = Callable[[timedelta], None]


def judged(*authorizations: Authorization) -> dict[str, Flag]:
    """Evaluate; the flags by their rules."""
    evaluate(authorization.pk for authorization in authorizations)
    return {flag.rule: flag for flag in Flag.objects.filter(authorization__in=authorizations)}


def steps(flag: Flag) -> list[str]:
    return list(flag.steps.values_list("kind", flat=True))


def receive(sale: Sale, buyer: Firm, text: str = "1000", **given: Any) -> None:
    values: dict[str, Any] = {
        "received_at": clock.now(),
        "quantity": kg(text),
        "outcome": "satisfactory",
    }
    operations.confirm_receipt(sale, **values | given, by=buyer.actor)


def test_a_correction_that_moves_the_sale_past_its_receipt_is_recorded_and_flagged(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    authorization, at = ask("1000"), clock.now()
    sale = sell(authorization, "1000", sold_at=at - timedelta(hours=3))
    receive(sale, buyer, received_at=at - timedelta(hours=2))
    assert "times_contradict" not in judged(authorization)
    moved = report("1000", sold_at=at)
    operations.correct_sale(sale, moved, reason="Another time", by=vendor.actor)
    flag = judged(authorization)["times_contradict"]
    assert (flag.severity, flag.evidence["because"]) == ("medium", "received_at")


def test_eighty_kilograms_too_much_are_flagged(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    assert flag.evidence["over_kg"] == "80.000"
    assert (flag.severity, flag.state, flag.holds) == ("high", FlagState.OPEN, True)
    assert (flag.subject_kind, flag.subject_id) == ("authorization", authorization.pk)
    assert (flag.sale, flag.buyer, flag.seller) == (sale, sale.buyer, sale.seller)
    assert steps(flag) == [StepKind.RAISED]
    assert flag.steps_count == 1


def test_an_excess_that_the_vendor_corrects_itself_counts_one_level_lower(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], vendor: Firm, regulator: Actor
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1000")
    judged(authorization)
    operations.correct_sale(sale, report("1080"), reason="misread", by=vendor.actor)
    flag = judged(authorization)["quantity_exceeded"]
    assert (flag.severity, flag.evidence["self_reported_by"]) == ("medium", "vendor")
    oversight.review(flag, outcome="explained", note="They told us", by=regulator)
    sell(authorization, "20")
    flag = judged(authorization)["quantity_exceeded"]
    assert (flag.severity, flag.state) == ("high", FlagState.OPEN)
    assert "self_reported_by" not in flag.evidence


def test_a_surplus_that_the_buyer_reports_at_once_counts_one_level_lower(
    ask: Ask, sell: Sell, buyer: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "900")
    receive(sale, buyer, "950", outcome="unsatisfactory", reasons=["excess"])
    assert judged(authorization)["receipt_difference"].severity == "medium"


def test_a_sale_as_authorized_raises_nothing(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "1000")
    assert judged(authorization) == {}
    assert Evaluation.objects.get().findings == []


def test_parties_are_told_nothing(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    event = Event.objects.get(kind="flag.raised", subject_id=flag.pk)
    assert event.organizations == []


@pytest.mark.parametrize("days", range(7))  # so that every day of the week is among them
def test_a_review_is_due_after_five_working_days(
    ask: Ask, sell: Sell, later: Later, days: int
) -> None:
    later(timedelta(days=days))
    authorization = ask("1000")
    sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    assert flag.due_at == fifth_working_day_ends(flag.raised_at, flag.jurisdiction.zone)


def test_what_was_judged_is_not_judged_again(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    for _time in range(3):
        judged(authorization)
    assert Evaluation.objects.count() == 1
    assert FlagStep.objects.count() == Flag.objects.count() == 1


def test_the_duties_it_covers_are_done_and_later_ones_stay(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "500")
    judged(authorization)
    reasons = Duty.objects.order_by("due_at").values_list("reason", flat=True)
    assert list(reasons) == ["end", "release", "receipt_due"]


def test_a_duty_that_falls_due_makes_it_look_again(ask: Ask, sell: Sell, later: Later) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1000")
    assert judged(authorization) == {}
    later(timedelta(days=5, minutes=1))
    flag = judged(authorization)["receipt_missing"]
    assert (flag.subject_kind, flag.subject_id) == ("sale", sale.pk)


def test_an_overdue_code_is_ended_and_released_first(ask: Ask, later: Later) -> None:
    authorization = ask("1000")
    operations.find_to_sell(authorization.code or "", by=_seller(authorization))
    later(timedelta(hours=73))
    assert set(judged(authorization)) == {"quantity_short"}
    authorization.refresh_from_db()
    assert (authorization.status, authorization.held_kg) == (Status.EXPIRED, 995)
    later(timedelta(hours=24))
    judged(authorization)
    authorization.refresh_from_db()
    assert authorization.released_at is not None
    assert authorization.held_kg == 0
    assert not Duty.objects.exists()


def _seller(authorization: Authorization) -> Actor:
    return Actor(jurisdiction=authorization.jurisdiction, organization=authorization.seller)


def test_an_observation_is_kept(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "500", complete=True)
    assert judged(authorization)["quantity_short"].severity == "low"


def test_other_figures_change_an_open_flag(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    judged(authorization)
    sell(authorization, "20")
    flag = judged(authorization)["quantity_exceeded"]
    assert flag.evidence["over_kg"] == "100.000"
    assert steps(flag) == [StepKind.RAISED, StepKind.CHANGED]
    assert [step.data["evidence"]["over_kg"] for step in flag.steps.all()] == [
        "80.000",
        "100.000",
    ]


def test_a_flag_no_longer_supported_stays_for_an_officer(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1080")
    judged(authorization)
    operations.correct_sale(sale, report("1000"), reason="misread", by=vendor.actor)
    assert judged(authorization)["quantity_exceeded"].holds
    receive(sale, buyer)
    flag = judged(authorization)["quantity_exceeded"]
    assert (flag.holds, flag.state) == (False, FlagState.OPEN)
    assert steps(flag) == [StepKind.RAISED, StepKind.LIFTED]
    authorization.refresh_from_db()
    assert flag.version == authorization.version


def test_a_flag_lifted_is_supported_again(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1080")
    judged(authorization)
    corrected = operations.correct_sale(sale, report("1000"), reason="misread", by=vendor.actor)
    receive(sale, buyer)
    judged(authorization)
    operations.correct_sale(corrected, report("1080"), reason="right at first", by=vendor.actor)
    flag = judged(authorization)["quantity_exceeded"]
    assert flag.holds
    assert steps(flag) == [StepKind.RAISED, StepKind.LIFTED, StepKind.CHANGED]


def end(flag: Flag, by: Actor) -> None:
    """By two: whoever was drawn agrees."""
    oversight.review(flag, outcome="explained", note="a wet scale", by=by)
    oversight.review(flag, outcome="explained", note="a wet scale", by=cast.drawn(flag))


def test_a_decided_flag_opens_again_when_the_facts_change(
    ask: Ask, sell: Sell, regulator: Actor, third_officer: Actor
) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    end(flag, regulator)
    sell(authorization, "20")
    flag = judged(authorization)["quantity_exceeded"]
    assert flag.state == FlagState.OPEN
    assert (flag.proposed_by, flag.second, flag.decided_by) == (None, None, None)
    assert steps(flag)[-1] == StepKind.REOPENED


def test_a_proposal_falls_when_the_facts_change(
    ask: Ask, sell: Sell, regulator: Actor, second_officer: Actor
) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    oversight.review(flag, outcome="dismissed", note="nothing", by=regulator)
    sell(authorization, "20")
    flag = judged(authorization)["quantity_exceeded"]
    assert (flag.state, flag.proposed_outcome) == (FlagState.OPEN, "")


def test_a_decision_stands_while_the_facts_do(
    ask: Ask, sell: Sell, regulator: Actor, third_officer: Actor, buyer: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1080")
    flag = judged(authorization)["quantity_exceeded"]
    end(flag, regulator)
    receive(sale, buyer, "1080")
    assert judged(authorization)["quantity_exceeded"].state == FlagState.EXPLAINED


def test_sales_without_a_code_are_flagged_each(
    report: Callable[..., SaleReport], buyer: Firm, vendor: Firm, acetone: Any
) -> None:
    sale = operations.record_uncoded_sale(
        report("10"),
        buyer=buyer.organization,
        product=acetone,
        reason="no line",
        by=vendor.actor,
    )
    flags = judged(sale.authorization)
    assert set(flags) == {"sold_without_code"}
    assert flags["sold_without_code"].subject_id == sale.pk


def test_papers_used_twice_are_flagged_on_the_later_sale(ask: Ask, sell: Sell) -> None:
    codes = [ask("1000"), ask("1000"), ask("1000")]
    sales = [
        sell(codes[0], invoice="F001-1", guide="T001-1"),
        sell(codes[1], invoice="F001-1"),
        sell(codes[2], guide="T001-1"),
    ]
    evaluate(code.pk for code in codes)
    flags = Flag.objects.filter(rule="duplicate_document").order_by("subject_id")
    assert [flag.subject_id for flag in flags] == [sales[1].pk, sales[2].pk]
    assert flags[0].evidence == {
        "document": "invoice",
        "number": "F001-1",
        "earlier_sale": str(sales[0].uuid),
    }


def test_papers_written_otherwise_are_used_twice_all_the_same(
    ask: Ask, sell: Sell, vendor: Firm
) -> None:
    first, second = ask("1000"), ask("1000")
    sale = sell(first, invoice="F001-00414354")
    sell(second, invoice="N° f001 – 414354")
    evidence = judged(second)["duplicate_document"].evidence
    assert (evidence["number"], evidence["earlier_sale"]) == ("N° f001 – 414354", str(sale.uuid))
    operations.void_sale(sale, reason="never left", by=vendor.actor)
    judged(first)
    judged(second)
    assert not Flag.objects.get(rule="duplicate_document").holds


def test_one_invoice_over_two_loads_of_a_code_is_not_used_twice(ask: Ask, sell: Sell) -> None:
    code, other = ask("1000"), ask("1000")
    first = sell(code, "500", invoice="F001-1", guide="T001-1")
    sell(code, "500", invoice="F001-0001", guide="T001-2")
    assert judged(code) == {}
    sell(other, "500", invoice="F001-1", guide="T001-3")
    evidence = judged(other)["duplicate_document"].evidence
    assert evidence["earlier_sale"] == str(first.uuid)


def test_one_guide_for_two_loads_of_a_code_is_used_twice(ask: Ask, sell: Sell) -> None:
    code = ask("1000")
    first = sell(code, "500", invoice="F001-1", guide="T001-1")
    second = sell(code, "500", invoice="F001-2", guide="T001-00001")
    flag = judged(code)["duplicate_document"]
    assert flag.subject_id == second.pk
    assert flag.evidence == {
        "document": "guide",
        "number": "T001-00001",
        "earlier_sale": str(first.uuid),
    }


def test_papers_of_a_correction_or_of_a_void_sale_are_not_used_twice(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], vendor: Firm
) -> None:
    first, second = ask("1000"), ask("1000")
    sale = sell(first, invoice="F001-1")
    again = report(invoice="F001-1")
    corrected = operations.correct_sale(sale, again, reason="plate", by=vendor.actor)
    assert judged(first) == {}
    operations.void_sale(corrected, reason="never left", by=vendor.actor)
    sell(second, invoice="F001-1")
    assert judged(second) == {}


def test_a_sale_judged_before_its_earlier_twin_was_known_is_judged_again(
    ask: Ask, sell: Sell
) -> None:
    """Two sales at once: the one of the lower id may commit last."""
    first, second = ask("1000"), ask("1000")
    sell(first, invoice="F001-1")
    late = Sale.objects.get()
    sell(second, invoice="F001-1")
    _hide(late, lambda: judged(second))
    assert not Flag.objects.exists()
    judged(first)
    assert Duty.objects.filter(authorization=second, reason="twin").exists()
    assert set(judged(second)) == {"duplicate_document"}
    assert not Duty.objects.filter(reason="twin").exists()
    for each in Evaluation.objects.all():
        assert found_then(each) == each.findings


@pytest.mark.parametrize("document", ["invoice", "guide"])
def test_when_an_earlier_sale_gives_its_papers_up_the_later_one_is_judged_again(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], vendor: Firm, document: str
) -> None:
    first, second = ask("1000"), ask("1000")
    sale = sell(first, **{document: "0001-1"})
    later = sell(second, **{document: "0001-1"})
    both = [first.pk, second.pk]

    def holds() -> bool:
        """After all that is due was done, by whichever duty reached it."""
        while due := set(
            Duty.objects.filter(due_at__lte=clock.now()).values_list("authorization")
        ):
            assert due <= {(pk,) for pk in both}
            evaluate(pk for (pk,) in due)
        return Flag.objects.get(rule="duplicate_document", subject_id=later.pk).holds

    def correct(sale: Sale, number: str) -> Sale:
        changed = report(**{document: number})
        return operations.correct_sale(sale, changed, reason="misread", by=vendor.actor)

    assert holds()
    sale = correct(sale, "0001-2")
    assert not holds()
    sale = correct(sale, "0001-1")
    assert holds()
    operations.void_sale(sale, reason="never left", by=vendor.actor)
    assert not holds()
    assert not Duty.objects.filter(reason="twin").exists()
    for each in Evaluation.objects.all():
        assert found_then(each) == each.findings


def test_an_earlier_sale_that_gives_its_papers_up_leaves_the_flag_to_another(
    ask: Ask, sell: Sell, vendor: Firm
) -> None:
    codes = [ask("1000"), ask("1000"), ask("1000")]
    sales = [sell(code, invoice="F001-1") for code in codes]
    judged(*codes)
    operations.void_sale(sales[0], reason="never left", by=vendor.actor)
    judged(codes[0])
    assert set(Duty.objects.filter(reason="twin").values_list("authorization")) == {
        (codes[1].pk,),
        (codes[2].pk,),
    }
    judged(*codes)
    flags = {flag.subject_id: flag for flag in Flag.objects.filter(rule="duplicate_document")}
    assert not flags[sales[1].pk].holds
    assert flags[sales[2].pk].evidence["earlier_sale"] == str(sales[1].uuid)
    assert flags[sales[2].pk].holds


def test_the_same_load_reported_twice_is_an_observation_on_the_later_report(
    ask: Ask,
    sell: Sell,
    buyer: Firm,
    vendor: Firm,
    report: Callable[..., SaleReport],
    acetone: Any,
) -> None:
    at = clock.now().replace(microsecond=120_000)
    codes = [ask("1000"), ask("1000")]
    first = sell(codes[0], "500", sold_at=at)
    again = [
        sell(codes[0], quantity("0.5", "t"), sold_at=at.replace(microsecond=0), guide="T001-1"),
        sell(codes[1], "500", sold_at=at, plate=f" {buyer.vehicle.plate.lower()} "),
        operations.record_uncoded_sale(
            report("500", sold_at=at),
            buyer=buyer.organization,
            product=acetone,
            reason="no line",
            by=vendor.actor,
        ),
    ]
    others = [
        sell(codes[1], "500", sold_at=at - timedelta(seconds=1)),
        sell(codes[1], "501", sold_at=at),
        sell(codes[1], "500", sold_at=at, plate="BBB-222"),
    ]
    for guide in ("T001-2", "T001-3"):
        others.append(sell(codes[1], "300", sold_at=at, guide=guide))
    judged(*codes, again[-1].authorization)
    flags = Flag.objects.filter(rule="twice_reported")
    assert {flag.subject_id for flag in flags} == {sale.pk for sale in again}
    assert not {flag.subject_id for flag in flags} & {sale.pk for sale in others}
    assert {flag.severity for flag in flags} == {"low"}
    assert [flag.evidence for flag in flags] == [{"earlier_sale": str(first.uuid)}] * 3
    for each in Evaluation.objects.all():
        assert found_then(each) == each.findings


def test_when_an_earlier_sale_is_not_alike_any_more_the_later_one_is_judged_again(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], vendor: Firm
) -> None:
    at, codes = clock.now(), [ask("1000"), ask("1000")]
    sale, later = (sell(code, "500", sold_at=at) for code in codes)

    def holds() -> bool:
        judged(*codes)
        evaluate(Duty.objects.filter(due_at__lte=clock.now()).values_list("authorization", flat=1))
        return Flag.objects.get(rule="twice_reported", subject_id=later.pk).holds

    assert holds()
    said = report("400", sold_at=at)
    sale = operations.correct_sale(sale, said, reason="misread", by=vendor.actor)
    assert not holds()
    said = report("500", sold_at=at)
    sale = operations.correct_sale(sale, said, reason="right at first", by=vendor.actor)
    assert holds()
    operations.void_sale(sale, reason="reported twice", by=vendor.actor)
    assert not holds()
    for each in Evaluation.objects.all():
        assert found_then(each) == each.findings


def _hide(sale: Sale, during: Callable[[], object]) -> None:
    """As if the sale were not committed yet: under a number of its own meanwhile."""
    with connection.cursor() as cursor:
        off = "ALTER TABLE authorizations_sale DISABLE TRIGGER rows_are_kept"
        on = "ALTER TABLE authorizations_sale ENABLE ALWAYS TRIGGER rows_are_kept"
        set_ = "UPDATE authorizations_sale SET invoice_key = %s WHERE id = %s"
        with as_owner():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(off)
            cursor.execute(set_, ["hidden", sale.pk])
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        during()
        with as_owner():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(set_, [sale.invoice_key, sale.pk])
            cursor.execute(on)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_the_register_as_it_was_at_the_sale_counts(
    ask: Ask, sell: Sell, later: Later, vendor: Firm, regulator: Actor
) -> None:
    before, after = ask("1000"), ask("1000")
    sell(before)
    registry.suspend_license(vendor.license, reason="audit", by=regulator)
    later(timedelta(minutes=6))
    sell(after)
    assert judged(before) == {}
    assert judged(after)["license_lapsed"].evidence == {
        "seller": "suspended",
        "seller_license": vendor.license.number,
    }


def test_what_overdraws_a_quota_is_flagged(ask: Ask, sell: Sell) -> None:
    authorization = ask("5000")
    sell(authorization, "10060")
    evidence = judged(authorization)["quota_overdrawn"].evidence
    assert evidence["activity"] == "buy"
    assert evidence["over_kg"] == "9.700"  # 99.5 % of 10,060 kg, and a limit of 10,000


def test_a_foreign_site_an_unknown_plate_and_another_product_are_flagged(
    ask: Ask, sell: Sell, rival: Firm, buyer: Firm, acetone: Any
) -> None:
    authorization = ask("1000", vehicle=buyer.vehicle)
    sell(authorization, site=rival.site, plate="ZZZ-999")
    assert set(judged(authorization)) == {
        "site_mismatch",
        "vehicle_mismatch",
        "vehicle_not_registered",
    }


def test_a_train_of_registered_vehicles_with_the_authorized_one_is_not_flagged(
    ask: Ask, sell: Sell, buyer: Firm, rival: Firm
) -> None:
    told = f"{rival.vehicle.plate} {buyer.vehicle.plate}"
    authorization = ask("1000", vehicle=buyer.vehicle)
    sell(authorization, plate=told)
    assert judged(authorization) == {}


@pytest.mark.parametrize("told", ["", "S/P", "EN TRÁMITE", "x" * 40])
def test_no_plate_is_flagged_once_as_not_registered(
    ask: Ask, sell: Sell, buyer: Firm, told: str
) -> None:
    authorization = ask("1000", vehicle=buyer.vehicle)
    sell(authorization, plate=told)
    [(rule, flag)] = judged(authorization).items()
    assert (rule, flag.evidence) == ("vehicle_not_registered", {"plate": told})


def test_a_batch_takes_as_many_queries_as_one(buyer: Firm, vendor: Firm) -> None:
    def queries(count: int) -> int:
        sales = SaleFactory.create_batch(count, buyer=buyer, vendor=vendor)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            evaluate(sale.authorization_id for sale in sales)
        return len(captured)

    assert queries(2) == queries(7)


def test_an_evaluation_is_found_again_byte_for_byte(
    ask: Ask,
    sell: Sell,
    report: Callable[..., SaleReport],
    buyer: Firm,
    vendor: Firm,
    regulator: Actor,
    later: Later,
) -> None:
    authorization = ask("1000", vehicle=buyer.vehicle)
    other = sell(ask("1000"), invoice="F001-1")
    sale = sell(authorization, "1080", invoice="F001-1", plate="ZZZ-999")
    judged(authorization)
    operations.void_sale(other, reason="never left", by=vendor.actor)
    judged(authorization)
    operations.correct_sale(sale, report("1010"), reason="misread", by=vendor.actor)
    judged(authorization)
    receive(sale, buyer, "1000", outcome="unsatisfactory", reasons=["shortage"])
    judged(authorization)
    registry.revoke_license(vendor.license, reason="fraud", by=regulator)
    sell(authorization, "5")
    judged(authorization)
    later(timedelta(days=20))
    judged(authorization)
    authorization.product.precursor.tolerance_cap_kg = 1
    authorization.product.precursor.save(update_fields=["tolerance_cap_kg"])
    evaluations = Evaluation.objects.filter(authorization=authorization)
    assert len(evaluations) >= 5
    assert len({str(each.findings) for each in evaluations}) >= 4
    for each in evaluations:
        assert found_then(each) == each.findings


def test_an_evaluation_before_a_cancellation_is_found_again(
    ask: Ask, sell: Sell, buyer: Firm
) -> None:
    authorization = ask("1000")
    sell(authorization, "500")
    judged(authorization)
    operations.cancel(authorization, by=buyer.actor)
    judged(authorization)
    before, after = Evaluation.objects.order_by("pk")
    assert (found_then(before), found_then(after)) == (before.findings, after.findings)
    assert (before.findings, len(after.findings)) == ([], 1)


def test_an_authorization_another_worker_has_is_left_to_it(
    ask: Ask, sell: Sell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oversight.operations import evaluation

    authorization = ask("1000")
    sell(authorization, "1080")
    monkeypatch.setattr(evaluation, "_locked", lambda ids: [])
    assert evaluate([authorization.pk]) == set()
    assert not Evaluation.objects.exists()
    assert Duty.objects.filter(reason="recorded").exists()
