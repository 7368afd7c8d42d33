"""What was found is found again, byte for byte, whatever happened since; and it is the truth."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from authorizations import operations
from authorizations.acts.counts import in_force
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from oversight.models import Evaluation, Flag
from oversight.operations.evaluation import evaluate
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import quantity
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from tests.cast import Firm, kg
from tests.oversight.conftest import found_then
from tests.roles import as_owner
from tests.rules.test_against_oracle import Code, Goods, oracle, written

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Later = Callable[[timedelta], None]
PAPERS = ["", "F001-1", "F001-2"]


@dataclass(frozen=True, kw_only=True)
class Trade:
    """A vendor who sells, corrects and voids, a buyer who receives, and time that passes."""

    rng: Random
    codes: list[Authorization]
    buyer: Firm
    vendor: Firm
    regulator: Actor
    report: Callable[..., SaleReport]
    later: Later

    def act(self) -> None:
        """One act, drawn; what the portal refuses changes nothing."""
        acts = [self.sell, self.correct, self.void, self.receive, self.agree, self.wait, self.cap]
        with suppress(Refused):
            self.rng.choice([self.sell, self.correct, self.void, *acts])()

    def drawn(self) -> SaleReport:
        amount = kg(self.rng.choice(["400", "500", "1000", "1006", "1080", "10000"]))
        papers = {name: self.rng.choice(PAPERS) for name in ("invoice", "guide")}
        return self.report(amount, plate=self.rng.choice(["AAA-011", "ZZZ-999"]), **papers)

    def head(self) -> Sale:
        roots = list(Sale.objects.filter(root=None).order_by("pk"))
        if not roots:
            raise Refused("nothing_sold", "")
        return in_force(self.rng.choice(roots))

    def sell(self) -> None:
        self.sell_on(self.rng.choice(self.codes))

    def sell_on(self, code: Authorization) -> None:
        operations.record_sale(code, self.drawn(), by=self.vendor.actor)

    def correct(self) -> None:
        operations.correct_sale(self.head(), self.drawn(), reason="misread", by=self.vendor.actor)

    def void(self) -> None:
        operations.void_sale(self.head(), reason="never left", by=self.vendor.actor)

    def receive(self) -> None:
        nothing = self.rng.random() < 0.3
        operations.confirm_receipt(
            self.head(),
            received_at=clock.now(),
            quantity=None if nothing else kg(self.rng.choice(["400", "1000", "1080"])),
            outcome="never_received" if nothing else "unsatisfactory",
            by=self.buyer.actor,
        )

    def agree(self) -> None:
        operations.agree(self.head(), reason="seen on site", by=self.regulator)

    def wait(self) -> None:
        self.later(timedelta(hours=self.rng.choice([1, 25, 73])))

    def cap(self) -> None:
        precursor = self.codes[0].product.precursor
        precursor.tolerance_cap_kg = self.rng.choice([None, Decimal(1), Decimal(100)])
        with as_owner():
            precursor.save(update_fields=["tolerance_cap_kg"])


@pytest.mark.parametrize("seed", range(4))
def test_every_evaluation_is_found_again_after_corrections_and_voids(
    ask: Ask,
    report: Callable[..., SaleReport],
    later: Later,
    buyer: Firm,
    vendor: Firm,
    regulator: Actor,
    seed: int,
) -> None:
    trade = Trade(
        rng=Random(seed),
        codes=[ask("1000", vehicle=buyer.vehicle) for _code in range(3)],
        buyer=buyer,
        vendor=vendor,
        regulator=regulator,
        report=report,
        later=later,
    )
    for code in trade.codes:
        trade.sell_on(code)
    for step in range(24):
        if step == 12:
            registry.suspend_license(buyer.license, reason="audit", by=regulator)
        trade.act()
        evaluate(code.pk for code in trade.codes)
    evaluations = list(Evaluation.objects.all())
    assert len({written_down(each.findings) for each in evaluations}) > 8
    for each in evaluations:
        assert written_down(found_then(each)) == written_down(each.findings)


def written_down(findings: Any) -> str:
    return json.dumps(findings, sort_keys=True)


QUANTITY_RULES = {"quantity_exceeded", "quantity_short", "decimal_slip"}
SOLD = [
    [],
    [(500_000, "kg")],
    [(1_005_000, "kg")],
    [(1_005_001, "kg")],
    [(400_000, "kg"), (605_001, "kg")],
    [(1_000_000, "kg"), (6_410, "L")],
    [(1_000_000, "kg"), (6_411, "L")],
    [(300_000, "[gal_us]")],
    [(3_000, "t")],
    [(995_000_000, "g")],
    [(994_999_999, "g")],
    [(9_800, "t")],
    [(102, "t")],
]


@pytest.mark.parametrize("sales", SOLD)
def test_the_flags_of_what_was_sold_are_those_of_the_oracle(
    ask: Ask, sell: Sell, vendor: Firm, acetone: Product, sales: list[tuple[int, str]]
) -> None:
    """From nothing to three times the code and beyond, through the verbs."""
    code = ask("1000")
    operations.find_to_sell(code.code or "", by=vendor.actor)
    for each in sales:
        sell(code, quantity(*written(each).split()))
    code.refresh_from_db()
    if code.is_live:
        operations.cancel(code, by=_buyer(code))
    evaluate([code.pk])
    flags = set(Flag.objects.filter(rule__in=QUANTITY_RULES).values_list("rule", flat=True))
    known = Code((1_000_000, "kg"), Goods(expansion=140))
    assert acetone.expansion_per_kelvin == Decimal("0.0014")
    assert flags == oracle(known, sales, has_ended=True)


def _buyer(code: Authorization) -> Actor:
    return Actor(jurisdiction=code.jurisdiction, organization=code.buyer)
