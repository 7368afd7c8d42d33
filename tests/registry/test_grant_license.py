"""A license is entered once, for a time in which the firm has no other."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from registry import operations
from registry.actors import Actor
from registry.models import Event, License, LicenseStep, Organization
from registry.models.firms import Standing
from tests.registry.refusals import refused
from tests.roles import as_owner

Grant = Callable[..., License]


@pytest.fixture
def grant(buyer: Organization, regulator: Actor) -> Grant:
    def granted(
        number: str, since: str, until: str, organization: Organization = buyer
    ) -> License:
        return operations.grant_license(
            organization=organization,
            number=number,
            valid_from=date.fromisoformat(since),
            valid_to=date.fromisoformat(until),
            by=regulator,
        )

    return granted


def test_a_granted_license_is_in_force_and_recorded(grant: Grant, buyer: Organization) -> None:
    license = grant("L-1", "2026-01-01", "2027-12-31")
    assert license.standing == Standing.IN_FORCE
    step = LicenseStep.objects.get(license=license)
    event = Event.objects.get(kind="license.granted")
    assert (step.sequence, step.standing, step.at) == (1, Standing.IN_FORCE, event.at)
    assert event.organizations == [buyer.pk]


def test_a_renewal_begins_the_day_after(grant: Grant) -> None:
    grant("L-1", "2026-01-01", "2027-12-31")
    grant("L-2", "2028-01-01", "2029-12-31")


@pytest.mark.parametrize("since", ["2027-12-31", "2026-06-01"])
def test_periods_of_one_firm_never_overlap_by_a_day(grant: Grant, since: str) -> None:
    grant("L-1", "2026-01-01", "2027-12-31")
    with refused("license_overlaps"):
        grant("L-2", since, "2029-12-31")
    assert License.objects.count() == 1


def test_another_firm_may_have_the_same_time(grant: Grant, rival: Organization) -> None:
    grant("L-1", "2026-01-01", "2027-12-31")
    grant("L-2", "2026-01-01", "2027-12-31", rival)


def test_a_number_is_given_once(grant: Grant, rival: Organization) -> None:
    grant("L-1", "2026-01-01", "2027-12-31")
    with refused("license_number_taken"):
        grant(" L-1 ", "2026-01-01", "2027-12-31", rival)


def test_a_license_may_last_one_day_and_no_less(grant: Grant) -> None:
    grant("L-1", "2026-01-01", "2026-01-01")
    with refused("license_ends_before_it_begins", "valid_to"):
        grant("L-2", "2026-03-02", "2026-03-01")


def test_after_a_revocation_the_firm_may_be_licensed_anew(grant: Grant, regulator: Actor) -> None:
    license = grant("L-1", "2026-01-01", "2027-12-31")
    operations.revoke_license(license, reason="Fraud", by=regulator)
    grant("L-2", "2026-01-01", "2027-12-31")


@pytest.mark.parametrize(
    "change", ["valid_to = '2099-01-01'", "valid_from = '2000-01-01'", "number = 'L-9'"]
)
def test_not_even_sql_changes_what_was_granted(license: License, change: str) -> None:
    with (
        as_owner(),
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
    ):
        connection.cursor().execute(f"UPDATE registry_license SET {change}")


def test_not_even_sql_deletes_a_license(license: License) -> None:
    with (
        as_owner(),
        pytest.raises(IntegrityError, match="kept here for ever"),
        transaction.atomic(),
    ):
        connection.cursor().execute("DELETE FROM registry_license")
