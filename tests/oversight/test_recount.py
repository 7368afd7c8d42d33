"""The recount in SQL agrees with the rules, whatever was told in whatever unit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from django.db import connection

from audit import invariants
from audit.invariants.judgments import base
from authorizations import operations
from authorizations.models import Authorization, Sale
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.errors import Refused
from precursors.quantities import Quantity, Unit, quantity
from registry import clock
from registry.actors import Actor
from tests.cast import Firm
from tests.factories import FirmFactory

UNITS = ["kg", "L", "t", "mL", "g", "[gal_us]"]
FACTORS = {"kg": "1", "L": "1", "t": "0.001", "mL": "1000", "g": "1000", "[gal_us]": "0.264"}
# About the quantity, at both edges of the tolerance, and by a slip of the decimal point.
SHARES = ["1", "1.004", "1.006", "0.994", "0.996", "1.08", "0.5", "0.79", "1.27", "10", "0.1"]


@dataclass
class Trade:
    """Acts at random on one code, each as the verb takes it or refuses it."""

    rng: Random
    code: Authorization
    buyer: Firm
    vendor: Firm
    officer: Actor
    report: Callable[..., Any]
    sales: list[Sale] = field(default_factory=list)

    def amount(self) -> Quantity:
        unit = self.rng.choice(UNITS)
        kg_or_l = 1000 * float(self.rng.choice(SHARES)) * self.rng.choice([1, 1, 0.5])
        return quantity(f"{kg_or_l * float(FACTORS[unit]):.3f}", unit)

    def act(self) -> None:
        acts = [self.sell, self.correct, self.void, self.receive, self.receive_again]
        act = self.rng.choices([*acts, self.agree, self.cancel], [6, 4, 2, 4, 4, 2, 1])[0]
        try:
            act()
        except (Refused, IndexError):
            return

    def sell(self) -> None:
        complete = self.rng.random() < 0.2
        said = self.report(self.amount(), complete=complete)
        self.sales.append(operations.record_sale(self.code, said, by=self.vendor.actor))

    def correct(self) -> None:
        said = self.report(self.amount())
        new = operations.correct_sale(
            self.rng.choice(self.sales), said, reason="typed wrong", by=self.vendor.actor
        )
        self.sales.append(new)

    def void(self) -> None:
        sale = self.rng.choice(self.sales)
        self.sales.append(operations.void_sale(sale, reason="never sold", by=self.vendor.actor))

    def receive(self) -> None:
        sale = self.rng.choice(self.sales)
        operations.confirm_receipt(sale, **self.received(), by=self.buyer.actor)

    def receive_again(self) -> None:
        sale = self.rng.choice(self.sales)
        told = self.received()
        operations.correct_receipt(sale, **told, reason="read wrong", by=self.buyer.actor)

    def received(self) -> dict[str, Any]:
        nothing = self.rng.random() < 0.3
        return {
            "received_at": clock.now(),
            "quantity": None if nothing else self.amount(),
            "outcome": "never_received" if nothing else "satisfactory",
        }

    def agree(self) -> None:
        operations.agree(self.rng.choice(self.sales), reason="seen", by=self.officer)

    def cancel(self) -> None:
        operations.cancel(self.code, by=self.buyer.actor)


@pytest.fixture
def buyer(regulator: Actor) -> Firm:
    """One whose quota leaves room for any slip."""
    return FirmFactory(limit="10000000", automatic="10000000", by=regulator)


def broken() -> set[str]:
    return {name for name, count in invariants.violations() if count}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_told_the_recount_agrees(
    seed: int,
    ask: Callable[..., Authorization],
    report: Callable[..., Any],
    buyer: Firm,
    vendor: Firm,
    regulator: Actor,
) -> None:
    rng = Random(seed)
    for _code in range(5):
        unit = rng.choice(["kg", "L"])
        trade = Trade(rng, ask(quantity("1000", unit)), buyer, vendor, regulator, report)
        operations.find_to_sell(trade.code.code or "", by=vendor.actor)
        for _act in range(rng.randint(1, 9)):
            trade.act()
            if rng.random() < 0.3:
                evaluate([trade.code.pk])
        evaluate([trade.code.pk])
    assert broken() == set()


@pytest.mark.parametrize(
    ("liters", "complete", "rule"),
    [
        ("13072.0", False, "decimal_slip"),  # ten times the code, 2 % and 10 K of 0.14 %
        ("13072.1", False, "quantity_exceeded"),
        ("130.720", True, "decimal_slip"),
        ("130.721", True, "quantity_short"),
    ],
)
def test_the_recount_knows_how_far_warm_liters_slip(
    liters: str,
    complete: bool,
    rule: str,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    buyer: Firm,
) -> None:
    code = ask()
    sell(code, quantity(liters, "L"), complete=complete)
    evaluate([code.pk])
    assert Flag.objects.filter(rule=rule, holds=True).exists()
    assert broken() == set()


@pytest.mark.parametrize("unit", list(Unit))
def test_the_recount_knows_every_unit_as_it_is(db: None, unit: Unit) -> None:
    with connection.cursor() as cursor:
        asked = "(SELECT 1::numeric AS quantity_value, %s AS quantity_unit)"
        cursor.execute(f"SELECT {base('asked')} FROM {asked} asked", [unit.value])
        assert cursor.fetchone()[0] == unit.factor
