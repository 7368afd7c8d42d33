"""issue, refuse, cancel, revoke, expire, not_sold, release: how a code begins and ends."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from authorizations import operations
from authorizations.models import Authorization, Duty, Status
from precursors.errors import Refused
from registry import operations as registry
from registry.actors import Actor
from registry.models import Event
from tests.authorizations.conftest import balances, fifth_working_day_ends
from tests.cast import Firm

Ask = Callable[..., Authorization]
Later = Callable[[timedelta], None]
NOTHING = ("0.000000",) * 4


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_an_officer_issues_a_pending_request(ask: Ask, regulator: Actor) -> None:
    authorization = operations.issue(ask("6000"), by=regulator)
    assert authorization.status == Status.ISSUED
    assert balances(authorization)[0] == "5970.000000"
    assert {d.reason for d in authorization.duties.all()} >= {"end", "release", "recorded"}


def test_issuing_twice_issues_once(ask: Ask, regulator: Actor) -> None:
    once = operations.issue(ask("6000"), by=regulator)
    assert operations.issue(once, by=regulator).version == once.version


def test_every_check_is_made_again_before_issuing(ask: Ask, buyer: Firm, regulator: Actor) -> None:
    pending = ask("6000")
    registry.suspend_license(buyer.license, reason="inspection", by=regulator)
    assert code_of(lambda: operations.issue(pending, by=regulator)) == "not_eligible"
    pending.refresh_from_db()
    assert pending.status == Status.PENDING


def test_a_firm_issues_nothing(ask: Ask, buyer: Firm) -> None:
    pending = ask("6000")
    assert code_of(lambda: operations.issue(pending, by=buyer.actor)) == "not_the_authority"


def test_a_refused_request_frees_its_quantity(ask: Ask, regulator: Actor) -> None:
    authorization = operations.refuse(ask("6000"), reason="no need shown", by=regulator)
    assert (authorization.status, balances(authorization)) == (Status.REFUSED, NOTHING)


def test_a_refusal_needs_a_reason(ask: Ask, regulator: Actor) -> None:
    pending = ask("6000")
    assert code_of(lambda: operations.refuse(pending, reason=" ", by=regulator)) == "no_reason"


def test_an_issued_code_is_not_refused(ask: Ask, regulator: Actor) -> None:
    issued = ask()
    assert code_of(lambda: operations.refuse(issued, reason="x", by=regulator)) == "not_pending"


def test_cancelling_before_the_vendor_saw_the_code_frees_it(ask: Ask, buyer: Firm) -> None:
    authorization = operations.cancel(ask(), by=buyer.actor)
    assert (authorization.status, balances(authorization)) == (Status.CANCELLED, NOTHING)


def test_cancelling_after_the_vendor_saw_the_code_holds_it(
    ask: Ask, buyer: Firm, vendor: Firm
) -> None:
    authorization = ask()
    operations.look_up(authorization.code, by=vendor.actor)
    operations.cancel(authorization, by=buyer.actor)
    assert balances(authorization) == ("0.000000", "995.000000", "0.000000", "0.000000")


def test_only_the_buyer_cancels(ask: Ask, vendor: Firm, regulator: Actor) -> None:
    authorization = ask()
    for stranger in (vendor.actor, regulator):
        assert code_of(lambda by=stranger: operations.cancel(authorization, by=by)) == (
            "not_the_buyer"
        )


def test_a_revoked_code_is_held(ask: Ask, regulator: Actor) -> None:
    authorization = operations.revoke(ask(), reason="forged papers", by=regulator)
    assert (authorization.status, balances(authorization)[1]) == (Status.REVOKED, "995.000000")


def test_time_ends_a_code_whoever_meets_it_first(ask: Ask, buyer: Firm, later: Later) -> None:
    authorization = ask()
    later(timedelta(hours=72, minutes=1))
    assert code_of(lambda: operations.cancel(authorization, by=buyer.actor)) == "not_live"
    authorization = operations.expire(authorization, by=Actor.portal(authorization.jurisdiction))
    assert authorization.status == Status.EXPIRED
    assert balances(authorization)[1] == "995.000000"


def test_expiring_before_its_time_does_nothing(ask: Ask) -> None:
    authorization = ask()
    same = operations.expire(authorization, by=Actor.portal(authorization.jurisdiction))
    assert (same.status, same.version) == (Status.ISSUED, 1)


def test_a_request_nobody_decides_ends_after_five_working_days(ask: Ask, later: Later) -> None:
    pending = ask("6000")
    zone = pending.jurisdiction.zone
    assert pending.decide_by == fifth_working_day_ends(pending.requested_at, zone)
    later(pending.decide_by - pending.requested_at + timedelta(minutes=1))
    pending = operations.expire(pending, by=Actor.portal(pending.jurisdiction))
    assert (pending.status, balances(pending)) == (Status.EXPIRED, NOTHING)


def test_the_vendors_word_frees_what_is_held(ask: Ask, vendor: Firm, regulator: Actor) -> None:
    authorization = operations.revoke(ask(), reason="x", by=regulator)
    declared = operations.not_sold(authorization, by=vendor.actor)
    assert balances(declared) == NOTHING
    assert operations.not_sold(declared, by=vendor.actor).version == declared.version


def test_a_live_code_cannot_be_declared_not_sold(ask: Ask, vendor: Firm) -> None:
    authorization = ask()
    assert code_of(lambda: operations.not_sold(authorization, by=vendor.actor)) == "not_ended"


def test_an_officer_releases_what_is_held(ask: Ask, regulator: Actor) -> None:
    authorization = operations.revoke(ask(), reason="x", by=regulator)
    assert code_of(lambda: operations.release(authorization, by=regulator)) == "no_reason"
    operations.release(authorization, reason="vendor closed", by=regulator)
    assert balances(authorization) == NOTHING


def test_a_firm_releases_nothing(ask: Ask, buyer: Firm, regulator: Actor) -> None:
    ended = operations.revoke(ask(), reason="x", by=regulator)
    act = lambda: operations.release(ended, reason="mine", by=buyer.actor)  # noqa: E731
    assert code_of(act) == "not_the_authority"


def test_what_is_sold_after_a_release_is_booked_all_the_same(
    ask: Ask, sell: Callable[..., object], regulator: Actor
) -> None:
    authorization = operations.revoke(ask(), reason="x", by=regulator)
    operations.release(authorization, reason="vendor closed", by=regulator)
    sell(authorization, "400")
    assert balances(authorization) == ("0.000000", "0.000000", "398.000000", "0.000000")


def test_revoking_a_license_ends_its_live_codes(ask: Ask, buyer: Firm, regulator: Actor) -> None:
    issued, pending = ask("1000"), ask("6000")
    operations.revoke_license(buyer.license, reason="diversion", by=regulator)
    issued.refresh_from_db()
    pending.refresh_from_db()
    assert (issued.status, pending.status) == (Status.REVOKED, Status.REFUSED)


def test_revoking_a_license_passes_over_codes_that_time_has_ended(
    ask: Ask, buyer: Firm, regulator: Actor, later: Later
) -> None:
    old = ask("1000")
    later(timedelta(hours=73))
    operations.revoke_license(buyer.license, reason="diversion", by=regulator)
    old.refresh_from_db()
    assert old.status == Status.EXPIRED


def test_each_act_leaves_one_event_and_one_duty(ask: Ask, buyer: Firm, vendor: Firm) -> None:
    authorization = ask()
    operations.look_up(authorization.code, by=vendor.actor)
    operations.cancel(authorization, reason="not needed", by=buyer.actor)
    events = Event.objects.filter(subject_kind="authorization", subject_id=authorization.pk)
    assert list(events.order_by("sequence").values_list("sequence", "kind")) == [
        (1, "authorization.requested"),
        (2, "authorization.issued"),
        (3, "authorization.looked_up"),
        (4, "authorization.cancelled"),
    ]
    assert Duty.objects.filter(authorization=authorization, reason="recorded").count() == 1
    assert authorization.net_kg == Decimal("995")
