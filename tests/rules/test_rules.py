"""When, what, where, with what right: both sides of every edge."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import rules
from rules import Booking, Facts, Twin
from tests.rules.build import (
    ACETONE,
    APART,
    DAY,
    EXPIRES,
    HOUR,
    ISSUED,
    MINUTE,
    NOW,
    SECOND,
    SOLD,
    UNSURE,
    ended,
    facts,
    fires,
    found,
    license,
    names,
    receipt,
    report,
    sale,
)


def reported(**given: Any) -> Facts:
    return facts(sale(report(**given)))


def test_a_sale_as_authorized_breaks_no_rule() -> None:
    assert names(facts(sale(receipt=receipt()))) == set()
    assert names(ended(sale(receipt=receipt()))) == set()


def test_a_sale_without_a_code_is_flagged_until_it_is_void() -> None:
    codeless: dict[str, Any] = {"has_code": False, "authorized": "0 kg", "issued_at": None}
    assert fires("sold_without_code", ended(sale(), **codeless))
    assert not fires("sold_without_code", ended(sale(report(), report(None, 3)), **codeless))
    assert not fires("sold_without_code", facts(sale()))


@pytest.mark.parametrize(
    ("sold_at", "recorded_at", "late"),
    [
        (EXPIRES + APART, EXPIRES + APART, False),
        (EXPIRES + APART + SECOND, EXPIRES + APART, True),
        (EXPIRES - HOUR, EXPIRES + DAY, False),
        (EXPIRES - HOUR, EXPIRES + DAY + SECOND, True),
    ],
)
def test_a_sale_after_the_expiry(sold_at: Any, recorded_at: Any, late: bool) -> None:
    known = reported(sold_at=sold_at, recorded_at=recorded_at)
    assert fires("sold_after_expiry", known) is late


def test_a_correction_does_not_make_a_sale_recorded_late() -> None:
    corrected = (report(), report(version=3, recorded_at=EXPIRES + 2 * DAY))
    assert not fires("sold_after_expiry", facts(sale(*corrected)))
    assert not fires("reported_late", facts(sale(*corrected)))


def test_a_sale_before_the_issue() -> None:
    assert not fires("sold_before_issue", reported(sold_at=ISSUED))
    [evidence] = found("sold_before_issue", reported(sold_at=ISSUED - HOUR))
    assert evidence["issued_at"] == "2026-03-02T14:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "early"),
    [
        ("13:55:40.52", True),
        ("13:55:40.53", False),
        ("13:55:40", False),  # its whole second
        ("13:55:39", True),
        ("13:55", False),  # its whole minute
        ("13:54", True),
    ],
)
def test_a_time_counts_for_all_of_what_was_told_and_five_minutes(told: str, early: bool) -> None:
    sold_at = datetime.fromisoformat(f"2026-03-02T{told}+00:00")
    issued = ISSUED.replace(second=40, microsecond=530000)
    known = replace(reported(sold_at=sold_at), issued_at=issued)
    assert fires("sold_before_issue", known) is early


@pytest.mark.parametrize(
    ("told", "early"), [("13:59:59", True), ("13:59", True), ("14:00", False)]
)
def test_a_ruleset_that_knows_no_clocks_believes_a_time_as_before(told: str, early: bool) -> None:
    sold_at = datetime.fromisoformat(f"2026-03-02T{told}+00:00")
    known = replace(reported(sold_at=sold_at), issued_at=ISSUED + 40 * SECOND)
    older = {name: values for name, values in rules.defaults().items() if name != "clock"}
    assert fires("sold_before_issue", known, older) is early


def test_how_far_clocks_may_differ_is_a_setting() -> None:
    exact, slow = rules.defaults(), rules.defaults()
    exact["clock"]["minutes"], slow["clock"]["minutes"] = "0", "0.5"
    known = reported(sold_at=ISSUED - 30 * SECOND)
    assert fires("sold_before_issue", known, exact)
    assert not fires("sold_before_issue", known, slow)


@pytest.mark.parametrize("status", ["pending", "expired"])
def test_a_sale_on_a_code_never_issued_is_before_its_issue(status: str) -> None:
    end = None if status == "pending" else SOLD - HOUR
    known = facts(sale(), status=status, issued_at=None, valid_until=None, ended_at=end)
    assert names(known) & {"sold_before_issue", "sold_after_cancel"} == {"sold_before_issue"}


@pytest.mark.parametrize("status", ["refused", "cancelled", "revoked"])
def test_a_sale_after_the_code_was_called_off(status: str) -> None:
    issued = None if status == "refused" else ISSUED
    for sold_at, after in ((SOLD + APART, False), (SOLD + APART + SECOND, True)):
        known = facts(
            sale(report(sold_at=sold_at)), status=status, issued_at=issued, ended_at=SOLD
        )
        assert fires("sold_after_cancel", known) is after
        assert fires("sold_before_issue", known) is (status == "refused" and not after)


@pytest.mark.parametrize("status", ["closed", "expired"])
def test_a_sale_after_another_end_is_not_after_a_cancellation(status: str) -> None:
    assert not fires("sold_after_cancel", ended(sale(), status=status, ended_at=SOLD - HOUR))


def test_a_receipt_is_missing_after_five_days_of_the_later_moment() -> None:
    for recorded_at in (SOLD, SOLD + HOUR):
        known = reported(recorded_at=recorded_at)
        assert not fires("receipt_missing", replace(known, as_of=recorded_at + 5 * DAY))
        assert fires("receipt_missing", replace(known, as_of=recorded_at + 5 * DAY + SECOND))


def test_no_receipt_is_missing_that_was_given_or_whose_sale_is_void() -> None:
    late = NOW + 30 * DAY
    assert not fires("receipt_missing", facts(sale(receipt=receipt()), as_of=late))
    claimed = facts(sale(), has_code=False, is_claim=True, as_of=late)
    assert not fires("receipt_missing", claimed)
    void = sale(report(), report(None, 3))
    assert not fires("receipt_missing", facts(void, as_of=late))


def test_more_than_a_day_is_late() -> None:
    assert not fires("reported_late", reported(recorded_at=SOLD + DAY + UNSURE - SECOND))
    [evidence] = found("reported_late", reported(recorded_at=SOLD + DAY + UNSURE))
    assert evidence["hours"] == "24"


def test_a_receipt_before_the_sale_contradicts_it_beyond_five_minutes() -> None:
    def received(before: timedelta) -> Facts:
        return facts(sale(receipt=receipt(received_at=SOLD - before)))

    assert not fires("times_contradict", received(5 * MINUTE))
    [evidence] = found("times_contradict", received(5 * MINUTE + SECOND))
    assert evidence["because"] == "received_at"
    assert evidence["received_at"] == "2026-03-02T16:54:59+00:00"


def test_a_correction_that_moves_the_sale_past_its_receipt_contradicts_it() -> None:
    moved = (report(), report(version=6, sold_at=SOLD + HOUR))
    known = facts(sale(*moved, receipt=receipt(received_at=SOLD + 30 * MINUTE)))
    assert fires("times_contradict", known)
    back = facts(sale(*moved, report(version=7), receipt=receipt()))
    assert not fires("times_contradict", back)


def test_a_sale_reported_before_it_happened_contradicts_itself() -> None:
    def moved(by: timedelta) -> Facts:
        return facts(sale(report(), report(version=3, sold_at=SOLD + by, recorded_at=SOLD + DAY)))

    assert not fires("times_contradict", moved(5 * MINUTE))
    [evidence] = found("times_contradict", moved(HOUR))
    assert evidence["because"] == "recorded_at"
    void = facts(sale(report(), report(None, 3, sold_at=SOLD + HOUR)))
    assert not fires("times_contradict", void)


def test_another_substance_or_concentration_is_another_product() -> None:
    others = {
        "code": ("acetone-drums", False),
        "precursor": ("toluene", True),
        "concentration_percent": (Decimal("99.6"), True),
    }
    for field, (value, is_wrong) in others.items():
        product = replace(ACETONE, **{field: value})
        assert fires("wrong_product", reported(product=product)) is is_wrong
    assert not fires("wrong_product", reported(product=replace(ACETONE, packed=True)))


def test_only_a_named_vehicle_can_be_mistaken() -> None:
    assert not fires("vehicle_mismatch", facts(sale()))
    assert not fires("vehicle_mismatch", facts(sale(), plate="ABC123"))
    [evidence] = found("vehicle_mismatch", facts(sale(), plate="XYZ987"))
    assert evidence == {"authorized_plate": "XYZ987", "plate": "ABC123"}


def test_the_authorized_vehicle_may_be_the_tractor_or_a_trailer() -> None:
    train = report(plate="ABC123", trailers=("T2B114", "T3C115"))
    for plate in train.plates:
        assert not fires("vehicle_mismatch", facts(sale(train), plate=plate))
    [evidence] = found("vehicle_mismatch", facts(sale(train), plate="XYZ987"))
    assert evidence == {"authorized_plate": "XYZ987", "plate": "ABC123 / T2B114 / T3C115"}


def test_words_for_having_no_plate_name_no_other_vehicle() -> None:
    told = report(plate="S/P", plate_is_known=False, names_vehicle=False)
    known = facts(sale(told), plate="XYZ987")
    assert not fires("vehicle_mismatch", known)
    assert found("vehicle_not_registered", known) == [{"plate": "S/P"}]


def test_every_unknown_plate_of_a_load_is_named_in_one_flag() -> None:
    unknown = {"plate_is_known": False, "trailers": ("A1", "B2"), "unknown_trailers": ("B2",)}
    assert found("vehicle_not_registered", reported(**unknown)) == [{"plate": "ABC123 / B2"}]
    trailer = reported(trailers=("A1", "B2"), unknown_trailers=("B2",))
    assert found("vehicle_not_registered", trailer) == [{"plate": "B2"}]
    assert not fires("vehicle_not_registered", reported(trailers=("A1",)))


def test_an_unknown_plate_and_a_foreign_site() -> None:
    assert fires("vehicle_not_registered", reported(plate_is_known=False))
    assert fires("site_mismatch", reported(site_is_sellers=False))
    known = reported()
    assert not fires("vehicle_not_registered", known)
    assert not fires("site_mismatch", known)


@pytest.mark.parametrize(
    ("gross", "differs"),
    [("1205", False), ("1205.001", True), ("1195", False), ("1194.999", True)],
)
def test_gross_less_tare_is_the_mass_of_the_product(gross: str, differs: bool) -> None:
    known = reported(gross_kg=Decimal(gross), tare_kg=Decimal(200))
    assert fires("weight_arithmetic", known) is differs


@pytest.mark.parametrize(
    ("sold", "weighed", "expands", "differs"),
    [
        ("1000 L", "780", None, False),  # of 791 kg: 0.5 % and 1 %
        ("1000 L", "779.135", None, False),
        ("1000 L", "779.134", None, True),
        ("1000 L", "802.865", None, False),
        ("1000 L", "802.866", None, True),
        ("1000 L", "775.971", "0.0014", False),  # 0.5 % and 10 K of 0.14 %
        ("1000 L", "775.970", "0.0014", True),
        ("791 kg", "780", None, True),  # nobody measured a volume
        ("791 kg", "780", "0.0014", True),
    ],
)
def test_liters_may_weigh_what_their_temperature_makes_of_them(
    sold: str, weighed: str, expands: str | None, differs: bool
) -> None:
    product = replace(ACETONE, expansion_per_kelvin=expands and Decimal(expands))
    weights = {"gross_kg": 200 + Decimal(weighed), "tare_kg": Decimal(200)}
    known = facts(sale(report(sold, product=product, **weights)))
    assert fires("weight_arithmetic", known) is differs


def test_weights_are_held_against_the_product_not_its_substance() -> None:
    weak = replace(ACETONE, concentration_percent=Decimal(30))
    known = reported(gross_kg=Decimal(1200), tare_kg=Decimal(200), product=weak)
    assert not fires("weight_arithmetic", known)


def test_a_sale_alike_to_an_earlier_one_may_be_reported_twice() -> None:
    known = facts(sale(alike="earlier"))
    assert found("twice_reported", known) == [{"earlier_sale": "earlier"}]
    assert [each.severity for each in rules.evaluate(known, rules.defaults())] == ["low"]


def test_the_first_of_the_earlier_sales_on_a_document_is_told() -> None:
    twins = (Twin("invoice", "F001-1", "first"), Twin("guide", "T001-2", "second"))
    [evidence] = found("duplicate_document", facts(sale(twins=twins)))
    assert evidence == {"document": "invoice", "number": "F001-1", "earlier_sale": "first"}
    assert not fires("duplicate_document", facts(sale()))


@pytest.mark.parametrize("party", ["buyer", "seller"])
@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({}, None),
        ({"valid_to": date(2026, 3, 2)}, None),
        ({"valid_to": date(2026, 3, 1)}, "expired"),
        ({"valid_from": date(2026, 3, 2)}, None),
        ({"valid_from": date(2026, 3, 3)}, "not_yet"),
        ({"steps": ((SOLD - APART, "suspended"),)}, "suspended"),
        ({"steps": ((SOLD - APART, "revoked"),)}, "revoked"),
        ({"steps": ((SOLD - APART + SECOND, "revoked"),)}, None),
        ({"steps": ((SOLD - DAY, "suspended"), (SOLD, "in_force"))}, None),
        ({"steps": ((SOLD - DAY, "suspended"), (SOLD + 6 * MINUTE, "in_force"))}, "suspended"),
    ],
)
def test_a_license_in_force_at_the_sale(party: str, given: Any, because: str | None) -> None:
    other = "seller" if party == "buyer" else "buyer"
    known = facts(sale(), licenses=(license(party, **given), license(other)))
    evidence = found("license_lapsed", known)
    assert evidence == ([{party: because, f"{party}_license": f"L-{party}"}] if because else [])


@pytest.mark.parametrize(
    ("told", "lapsed"), [("16:55", False), ("16:55:40", False), ("16:55:39", True)]
)
def test_a_license_may_have_been_in_force_at_the_time_that_was_told(
    told: str, lapsed: bool
) -> None:
    sold_at = datetime.fromisoformat(f"2026-03-02T{told}+00:00")
    back_at = SOLD + 40.5 * SECOND
    for last in ((), ((back_at + SECOND, "suspended"),)):
        steps = ((SOLD - DAY, "suspended"), (back_at, "in_force"), *last)
        known = facts(
            sale(report(sold_at=sold_at)),
            licenses=(license("buyer", steps=steps), license("seller")),
        )
        assert fires("license_lapsed", known) is lapsed


def test_a_firm_without_a_license_is_told_so() -> None:
    [evidence] = found("license_lapsed", facts(sale(), licenses=(license("buyer"),)))
    assert evidence == {"seller": "none", "seller_license": ""}


def test_a_license_ends_at_midnight_where_it_holds() -> None:
    """20 h in Lima on the 2nd is already the 3rd by universal time."""
    licenses = (license("buyer", valid_to=date(2026, 3, 2)), license("seller"))
    evening = SOLD.replace(day=3, hour=1)
    assert not fires("license_lapsed", facts(sale(report(sold_at=evening)), licenses=licenses))
    midnight = SOLD.replace(day=3, hour=5)
    for after, lapsed in ((APART - SECOND, False), (APART, True)):
        known = facts(sale(report(sold_at=midnight + after)), licenses=licenses)
        assert fires("license_lapsed", known) is lapsed


def test_a_license_begins_at_midnight_where_it_holds() -> None:
    licenses = (license("buyer", valid_from=date(2026, 3, 3)), license("seller"))
    midnight = SOLD.replace(day=3, hour=5)
    for before, lapsed in ((APART, False), (APART + SECOND, True)):
        known = facts(sale(report(sold_at=midnight - before)), licenses=licenses)
        assert fires("license_lapsed", known) is lapsed


def test_one_license_in_force_is_enough() -> None:
    revoked = license("buyer", number="OLD", steps=((SOLD - DAY, "revoked"),))
    known = facts(sale(), licenses=(revoked, license("buyer"), license("seller")))
    assert not fires("license_lapsed", known)


def booking(change: str, used: str, activity: str = "buy") -> Booking:
    return Booking(activity, Decimal(change), Decimal(used), Decimal(5000))


@pytest.mark.parametrize(
    ("change", "used", "overdrawn"),
    [
        ("80", "5000", False),
        ("80", "5000.000001", True),
        ("0", "5080", False),  # another's sale went over
        ("-10", "5080", False),
    ],
)
def test_what_pushes_an_allowance_past_its_limit(change: str, used: str, overdrawn: bool) -> None:
    known = facts(sale(), bookings=(booking("1000", "4000"), booking(change, used)))
    assert fires("quota_overdrawn", known) is overdrawn


def test_the_furthest_overdrawn_quota_is_told() -> None:
    bookings = (booking("80", "5010"), booking("80", "5080", "sell"), booking("9", "5079"))
    [evidence] = found("quota_overdrawn", facts(sale(), bookings=bookings))
    assert evidence["activity"] == "sell"
    assert evidence["over_kg"] == "80.000"


def test_a_void_sale_is_held_to_no_rule_but_its_receipts() -> None:
    bad: dict[str, Any] = {
        "sold_at": EXPIRES + DAY,
        "recorded_at": EXPIRES + 3 * DAY,
        "site_is_sellers": False,
        "plate_is_known": False,
    }
    assert len(names(facts(sale(report(**bad))))) > 3
    assert names(facts(sale(report(**bad), report(None, 3, **bad)))) == set()


def test_a_rule_turned_off_or_unknown_to_the_ruleset_is_silent() -> None:
    known = reported(plate_is_known=False)
    off = rules.defaults()
    off["vehicle_not_registered"]["on"] = False
    assert not fires("vehicle_not_registered", known, off)
    older = {k: v for k, v in rules.defaults().items() if k != "vehicle_not_registered"}
    assert not fires("vehicle_not_registered", known, older)


def test_thresholds_come_from_the_ruleset() -> None:
    settings = rules.defaults()
    settings["reported_late"]["hours"] = "1.5"
    assert not fires("reported_late", reported(recorded_at=SOLD + 1.5 * HOUR), settings)
    late = reported(recorded_at=SOLD + timedelta(minutes=96))
    assert fires("reported_late", late, settings)


def test_every_rule_has_a_name_a_severity_and_stays_in_its_place() -> None:
    for name, entered in rules.RULES.items():
        assert entered.defaults["severity"] in {"low", "medium", "high"}
        assert name in rules.defaults()
        assert str(entered.title)
        assert len(name) <= 40
