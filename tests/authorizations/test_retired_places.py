"""What the register has retired, in requests, codes and sales."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from authorizations import operations as authorizations
from authorizations.models import Authorization, Sale
from precursors.errors import Refused
from registry import clock, operations
from registry.actors import Actor
from tests.cast import Firm

Ask = Callable[..., Authorization]


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_what_is_retired_is_named_in_nothing_new_and_stays_on_what_names_it(
    ask: Ask, buyer: Firm, regulator: Actor
) -> None:
    code = ask("6000", vehicle=buyer.vehicle)
    operations.retire(buyer.vehicle, reason="Sold", by=buyer.actor)
    assert code_of(lambda: ask("10", vehicle=buyer.vehicle)) == "invalid"
    operations.retire(buyer.site, reason="Closed", by=buyer.actor)
    assert code_of(lambda: ask("10")) == "invalid"
    code.refresh_from_db()
    assert (code.destination_site, code.vehicle) == (buyer.site, buyer.vehicle)
    late = lambda: authorizations.issue(code, by=regulator)  # noqa: E731
    with pytest.raises(Refused) as refusal:
        late()
    codes = {reason["code"] for reason in refusal.value.data["reasons"]}
    assert codes == {"site_not_yours", "vehicle_not_registered"}


def test_a_plate_is_registered_again_after_it_was_retired(
    ask: Ask, sell: Callable[..., Sale], buyer: Firm, rival: Firm, regulator: Actor, later: Any
) -> None:
    before = clock.now()
    later(timedelta(hours=2))
    operations.retire(buyer.vehicle, reason="Sold", by=regulator)
    plate = buyer.vehicle.plate
    assert sell(ask("10"), "10", plate=plate, sold_at=before).vehicle_id == buyer.vehicle.pk
    assert sell(ask("10"), "10", plate=plate, sold_at=clock.now()).vehicle_id is None
    again = operations.add_vehicle(
        organization=rival.organization, plate=plate, kind="truck", by=regulator
    )
    assert sell(ask("10"), "10", plate=plate, sold_at=clock.now()).vehicle_id == again.pk
