"""The broker is a doorbell: what it loses is late, and never lost."""

from tests.faults.portal import Portal
from tests.faults.questions import flags_of
from tests.faults.trade import Trade

FLAGGED_WITHIN_S = 60


def test_with_the_broker_stopped_sales_are_recorded_and_flagged_when_it_is_back(
    portal: Portal, trade: Trade
) -> None:
    with portal.without(portal.stores.valkey):
        sales = [trade.sell(trade.code()) for _ in range(3)]
        assert [sale.status for sale in sales] == [201, 201, 201]
        ready = portal.ready()
        assert (ready.status, ready.body["broker"]) == (200, "down")
        assert ready.body["oldest_unevaluated_s"] > 0
    ids = [sale.body["id"] for sale in sales]
    portal.until(lambda: flags_of(ids) == ["quantity_exceeded"] * 3, within_s=FLAGGED_WITHIN_S)
