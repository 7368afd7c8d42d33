"""A license may last from the first day of the calendar to the last: what is accepted works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from authorizations import operations
from authorizations.models import Authorization, Status
from oversight.operations import evaluate
from precursors.errors import Refused
from registry import operations as registry
from registry.actors import Actor
from registry.models import Jurisdiction, License
from tests.cast import Firm, kg, permit, two_officers

Ask = Callable[..., Authorization]

# Where a day begins first, where it ends last, and where the portal stands.
ZONES = ["Pacific/Kiritimati", "Etc/GMT+12", "America/Lima"]
SIDES = ["buyer", "vendor"]
before = st.dates(max_value=date(2025, 12, 31))
after = st.dates(min_value=date(2400, 1, 1))
some = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def relicense(buyer: Firm, vendor: Firm, regulator: Actor) -> Callable[[str, date, date], License]:
    """Give one side a license of these days instead of its own."""

    def relicense(side: str, since: date, until: date) -> License:
        firm = buyer if side == "buyer" else vendor
        registry.revoke_license(firm.license, reason="Replaced", by=regulator)
        license = registry.grant_license(
            organization=firm.organization,
            number="L-LONG",
            valid_from=since,
            valid_to=until,
            by=two_officers(regulator.jurisdiction),
        )
        permit(license, activity="buy" if side == "buyer" else "sell", by=regulator)
        return license

    return relicense


@contextmanager
def undone(jurisdiction: Jurisdiction, zone: str) -> Iterator[None]:
    """What is done in another time zone, and taken back."""
    own = jurisdiction.time_zone
    jurisdiction.time_zone = zone
    try:
        with transaction.atomic():
            jurisdiction.save(update_fields=["time_zone"])
            yield
            transaction.set_rollback(True)
    finally:
        jurisdiction.time_zone = own


@some
@given(side=st.sampled_from(SIDES), since=before, until=after, zone=st.sampled_from(ZONES))
@example(side="buyer", since=date.min, until=date.max, zone="America/Lima")
@example(side="vendor", since=date.min, until=date.max, zone="America/Lima")
@example(side="buyer", since=date.min, until=date.max, zone="Pacific/Kiritimati")
@example(side="vendor", since=date.min, until=date.max, zone="Etc/GMT+12")
def test_a_license_of_any_days_is_traded_under(
    relicense: Callable[..., License],
    ask: Ask,
    sell: Callable[..., Any],
    regulator: Actor,
    signed_in: Callable[..., Any],
    buyer: Firm,
    plain: None,
    side: str,
    since: date,
    until: date,
    zone: str,
) -> None:
    with undone(regulator.jurisdiction, zone):
        relicense(side, since, until)
        issued, pending = ask("1000"), ask("6000")
        assert issued.valid_until - issued.issued_at == timedelta(hours=72)
        assert operations.issue(pending, by=regulator).status == Status.ISSUED
        sale = sell(issued, "1000")
        evaluate([issued.pk])
        assert operations.expire(issued, by=regulator).pk == sale.authorization_id
        assert signed_in(buyer.actor).get("/").status_code == 200


@some
@given(until=st.dates(date(2400, 1, 1), date.max - timedelta(days=1)))
@example(until=date.max - timedelta(days=1))
def test_a_license_of_any_days_is_renewed(
    relicense: Callable[..., License], regulator: Actor, until: date
) -> None:
    with undone(regulator.jurisdiction, "America/Lima"):
        license = relicense("buyer", date.min, until)
        renewed = registry.grant_license(
            organization=license.organization,
            number="L-NEXT",
            valid_from=until + timedelta(days=1),
            valid_to=date.max,
            by=two_officers(regulator.jurisdiction),
        )
        assert renewed.valid_to == date.max


moments = st.datetimes(timezones=st.sampled_from([ZoneInfo(zone) for zone in ZONES]))


@some
@given(moment=moments)
@example(moment=datetime.min.replace(tzinfo=ZoneInfo(ZONES[0])))
@example(moment=datetime.max.replace(tzinfo=ZoneInfo(ZONES[1])))
def test_a_time_of_any_year_is_recorded_or_refused(
    ask: Ask, sell: Callable[..., Any], buyer: Firm, regulator: Actor, moment: datetime
) -> None:
    with undone(regulator.jurisdiction, "America/Lima"):
        authorization = ask("1000")
        with suppress(Refused), transaction.atomic():
            sell(authorization, "400", sold_at=moment)
        sale = sell(authorization, "600")
        with suppress(Refused), transaction.atomic():
            operations.confirm_receipt(
                sale,
                received_at=moment,
                quantity=kg("600"),
                outcome="satisfactory",
                by=buyer.actor,
            )
        evaluate([authorization.pk])
