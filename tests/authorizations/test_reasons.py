"""A reason is kept whole up to its limit, whichever verb takes it, and refused beyond it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from authorizations import operations
from authorizations.models import Agreement, Authorization, Sale
from authorizations.operations import SaleReport
from precursors.errors import Refused
from precursors.models import Product
from registry.actors import Actor
from registry.inputs import REASON_LENGTH
from registry.models import Event, License
from tests.cast import Firm

WHOLE = "ñ" * REASON_LENGTH


@dataclass(frozen=True)
class World:
    """The fixtures of which a verb needs some."""

    ask: Callable[..., Authorization]
    sell: Callable[..., Sale]
    report: Callable[..., SaleReport]
    buyer: Firm
    vendor: Firm
    acetone: Product
    regulator: Actor


@pytest.fixture
def world(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    report: Callable[..., SaleReport],
    buyer: Firm,
    vendor: Firm,
    acetone: Product,
    regulator: Actor,
) -> World:
    return World(ask, sell, report, buyer, vendor, acetone, regulator)


def issue(world: World, reason: str) -> Authorization:
    return operations.issue(world.ask("6000"), reason=reason, by=world.regulator)


def refuse(world: World, reason: str) -> Authorization:
    return operations.refuse(world.ask("6000"), reason=reason, by=world.regulator)


def cancel(world: World, reason: str) -> Authorization:
    return operations.cancel(world.ask(), reason=reason, by=world.buyer.actor)


def revoke(world: World, reason: str) -> Authorization:
    return operations.revoke(world.ask(), reason=reason, by=world.regulator)


def release(world: World, reason: str) -> Authorization:
    ended = operations.revoke(world.ask(), reason="theft", by=world.regulator)
    return operations.release(ended, reason=reason, by=world.regulator)


def record_sale(world: World, reason: str) -> Sale:
    return world.sell(world.ask(), "1500", reason=reason)


def record_uncoded_sale(world: World, reason: str) -> Sale:
    return operations.record_uncoded_sale(
        world.report("5"),
        buyer=world.buyer.organization,
        product=world.acetone,
        reason=reason,
        by=world.vendor.actor,
    )


def correct_sale(world: World, reason: str) -> Sale:
    sale, report = world.sell(world.ask()), world.report("900")
    return operations.correct_sale(sale, report, reason=reason, by=world.vendor.actor)


def void_sale(world: World, reason: str) -> Sale:
    return operations.void_sale(world.sell(world.ask()), reason=reason, by=world.vendor.actor)


ENDINGS = [issue, refuse, cancel, revoke, release]
REPORTS = [record_sale, record_uncoded_sale, correct_sale, void_sale]


def agree(world: World, reason: str) -> Agreement:
    lower = correct_sale(world, "typing slip")
    return operations.agree(lower, reason=reason, by=world.regulator)


def revoke_license(world: World, reason: str) -> License:
    world.ask()
    return operations.revoke_license(world.buyer.license, reason=reason, by=world.regulator)


@pytest.mark.parametrize("verb", ENDINGS)
def test_the_event_of_an_act_keeps_its_reason_whole(
    world: World, verb: Callable[[World, str], Authorization]
) -> None:
    authorization = verb(world, f" {WHOLE}\n")
    events = Event.objects.filter(subject_kind="authorization", subject_id=authorization.pk)
    assert events.latest("sequence").data["reason"] == WHOLE


@pytest.mark.parametrize("verb", REPORTS)
def test_a_report_keeps_its_reason_whole(world: World, verb: Callable[[World, str], Sale]) -> None:
    sale = verb(world, f" {WHOLE}\n")
    sale.refresh_from_db()
    assert sale.reason == WHOLE


def test_a_sale_without_a_code_keeps_its_reason_as_the_purpose_too(world: World) -> None:
    authorization = record_uncoded_sale(world, WHOLE).authorization
    authorization.refresh_from_db()
    assert authorization.purpose == WHOLE


def test_an_agreement_keeps_its_reason_whole(world: World) -> None:
    agreement = agree(world, f" {WHOLE}\n")
    agreement.refresh_from_db()
    assert agreement.reason == WHOLE


def test_a_license_and_its_codes_are_revoked_for_a_reason_kept_whole(world: World) -> None:
    authorization = world.ask()
    license = operations.revoke_license(
        world.buyer.license, reason=f" {WHOLE}\n", by=world.regulator
    )
    assert license.steps.latest("sequence").reason == WHOLE
    revoked = Event.objects.get(kind="authorization.revoked", subject_id=authorization.pk)
    assert revoked.data["reason"] == WHOLE


@pytest.mark.parametrize("verb", [*ENDINGS, *REPORTS, agree, revoke_license])
def test_a_longer_reason_is_refused_by_name(
    world: World, verb: Callable[[World, str], object]
) -> None:
    with pytest.raises(Refused) as caught:
        verb(world, f"{WHOLE}!")
    assert (caught.value.code, caught.value.data["field"]) == ("too_long", "reason")
