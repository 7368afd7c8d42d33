"""beyond_tolerance_kg: what the vendor is asked about is what the rule would find."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from authorizations.models import Authorization, Sale
from authorizations.remaining import beyond_tolerance_kg
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.quantities import quantity

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]


@pytest.mark.parametrize(
    ("before", "now", "over_kg"),
    [
        ([], "1005 kg", "0"),
        ([], "1005.001 kg", "5.001"),
        (["1000 kg"], "6.41 L", "0"),  # 5.07 kg by volume, which breathes by 1.4 %
        (["1000 kg"], "6.411 L", "5.071101"),
        (["600 kg"], "506 kg", "106"),
    ],
)
def test_the_counter_asks_where_the_rule_would_fire(
    ask: Ask, sell: Sell, before: list[str], now: str, over_kg: str
) -> None:
    code = ask("1000")
    for text in before:
        sell(code, quantity(*text.split()))
    code.refresh_from_db()
    amount = quantity(*now.split())
    assert beyond_tolerance_kg(code, amount) == Decimal(over_kg)
    sell(code, amount)
    evaluate([code.pk])
    assert Flag.objects.filter(rule="quantity_exceeded").exists() is (over_kg != "0")
