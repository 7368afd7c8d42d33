"""What only the check of the books finds: each planted by a superuser, with the guards asleep."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from audit import invariants
from audit.models import Violation
from authorizations.models import Authorization, Sale
from oversight.operations.evaluation import evaluate
from registry import clock, operations
from registry.actors import Actor
from registry.models import User
from tests.api.conftest import program
from tests.audit.planting import plant
from tests.cast import Firm, person

KEY = "9 every key is whose it was when it was made"
REVOKED = "9 a key is revoked where an event says so"
FACTOR = "9 every second factor has its event"
ACCEPTED = "9 a violation is accepted by resuming"
INVITED = "7 officers are invited by officers, once there are two"
ENDS = "5 every live code has the duty to end it"
PLANTED_APART = {KEY, REVOKED, FACTOR, ACCEPTED, INVITED, ENDS}
JUDGED = "5 every version is evaluated, or has its duty"


def broken() -> set[str]:
    return {name for name, count in invariants.violations() if count}


def user_of(by: Actor) -> User:
    assert by.user
    return by.user


@pytest.fixture
def key(vendor: Firm) -> None:
    program(vendor.actor.jurisdiction, vendor.organization, ["sell"])
    assert broken() == set()


def test_a_firms_key_that_became_the_authoritys_is_found(key: None) -> None:
    plant("UPDATE registry_apikey SET organization_id = NULL")
    assert KEY in broken()


def test_a_key_that_nobody_issued_is_found(key: None) -> None:
    plant("DELETE FROM registry_event WHERE kind = 'api_key.issued'")
    assert KEY in broken()


def test_a_key_that_lives_again_is_found(key: None, vendor: Firm) -> None:
    operations.revoke_api_key(
        vendor.organization.apikey_set.get(), by=Actor.portal(vendor.actor.jurisdiction)
    )
    assert broken() == set()
    plant("UPDATE registry_apikey SET revoked_at = NULL")
    assert REVOKED in broken()


@pytest.mark.parametrize("factor", ["totp", "webauthn"])
def test_a_factor_that_came_without_its_event_is_found(regulator: Actor, factor: str) -> None:
    user = user_of(regulator)
    Authenticator.objects.create(
        user=user, type=factor, data={}, created_at=timezone.now() + timedelta(days=1)
    )
    assert FACTOR in broken()


def test_a_factor_that_the_person_added_is_in_order(regulator: Actor) -> None:
    user = user_of(regulator)
    Authenticator.objects.create(user=user, type="totp", data={})
    operations.note_factor_change(user, what="added", factor="totp")
    assert broken() == set()


def test_a_violation_that_nobody_accepted_is_found(ask: Callable[..., Authorization]) -> None:
    Violation.objects.create(number=5, invariant="planted", subject="1", found_at=clock.now())
    assert broken() == set()
    plant("UPDATE audit_violation SET accepted_at = now(), accepted_by_one = true")
    assert ACCEPTED in broken()


def test_an_officer_without_inviter_is_found_once_there_are_two(
    regulator: Actor, second_officer: Actor
) -> None:
    assert broken() == set()
    person(regulator.jurisdiction, "third@authority.example", "officer")
    assert broken() == set()
    plant(
        "UPDATE registry_invitation SET proposal_id = NULL, approved_at = NULL,"
        " approved_by_id = NULL WHERE email = 'third@authority.example'"
    )
    assert INVITED in broken()


def test_a_duty_to_end_a_code_that_is_gone_is_found(ask: Callable[..., Authorization]) -> None:
    ask("100")
    assert broken() == set()
    plant("DELETE FROM authorizations_duty WHERE reason = 'end'")
    assert ENDS in broken()


def test_a_duty_that_was_put_off_is_found_though_others_are_there(
    ask: Callable[..., Authorization], sell: Callable[..., Sale]
) -> None:
    code = ask("100")
    evaluate([code.pk])
    sell(code, "50")
    assert broken() == set()
    plant(
        "UPDATE authorizations_duty SET due_at = now() + interval '1 year'"
        " WHERE reason = 'recorded'"
    )
    assert JUDGED in broken()


def test_it_is_all_in_order_in_an_ordinary_world(
    ask: Callable[..., Authorization], sell: Callable[..., Sale], key: Any
) -> None:
    sell(ask("100"), "50")
    assert broken() == set()
