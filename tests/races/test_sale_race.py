"""Fifty simultaneous sales of one code: all are recorded, and the ledger sums."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from authorizations import operations
from authorizations.acts import locks
from authorizations.models import Authorization, LedgerEntry, Sale
from authorizations.operations import SaleReport
from database.statements import Statement
from precursors.models import Product
from registry import clock
from registry.models import Event
from tests.cast import Firm, kg
from tests.races.test_quota_race import at_once

pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture
def authorization(buyer: Firm, vendor: Firm, acetone: Product) -> Authorization:
    return operations.request(
        seller=vendor.organization,
        product=acetone,
        quantity=kg("100"),
        destination_site=buyer.site,
        by=buyer.actor,
    )


@pytest.fixture
def sell(authorization: Authorization, buyer: Firm, vendor: Firm) -> Callable[[], Sale]:
    def sell() -> Sale:
        report = SaleReport(
            sold_at=clock.now(), quantity=kg("10"), site=vendor.site, plate=buyer.vehicle.plate
        )
        return operations.record_sale(authorization, report, by=vendor.actor)

    return sell


def test_every_sale_of_the_last_kilograms_is_recorded_and_booked(
    authorization: Authorization, sell: Callable[[], Sale]
) -> None:
    at_once(sell, times=20)
    authorization.refresh_from_db()
    assert Sale.objects.count() == 20
    assert (authorization.consumed_kg, authorization.overage_kg) == (Decimal("99.5"),) * 2
    sums = LedgerEntry.objects.filter(allowance=authorization.allowance).aggregate(
        c=Sum("consumed_kg"), o=Sum("overage_kg"), r=Sum("reserved_kg")
    )
    assert sums == {"c": Decimal("99.5"), "o": Decimal("99.5"), "r": Decimal(0)}
    numbers = Event.objects.filter(subject_id=authorization.pk, subject_kind="authorization")
    sequence = sorted(numbers.values_list("sequence", flat=True))
    assert sequence == list(range(1, len(sequence) + 1))


def test_without_the_lock_sales_collide(
    authorization: Authorization, sell: Callable[[], Sale], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without it two sales read one version, and the unique key refuses the second."""

    unlocked = locks.BY_ID.sql.replace("FOR NO KEY UPDATE OF own", "")
    assert unlocked != locks.BY_ID.sql
    monkeypatch.setattr(locks, "BY_ID", Statement(unlocked))
    with pytest.raises(IntegrityError):
        at_once(sell, times=20)
