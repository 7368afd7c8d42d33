"""A session ends by time, by its person, by whoever manages them, and when they leave."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from registry import operations, tasks
from registry.access_log import Visitor
from registry.actors import Actor
from registry.models import AccessEntry, Membership, PersonSession, User
from tests.cast import Firm
from tests.roles import as_owner
from tests.security.sign_in import OFFICE, come, let_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AGAIN = "a wholly different sentence"


@pytest.fixture
def visit() -> Callable[[Actor], Client]:
    """Open a browser as somebody."""

    def visit(by: Actor) -> Client:
        browser = Client()
        browser.force_login(by.user)  # type: ignore[arg-type]
        return browser

    return visit


def is_in(browser: Client) -> bool:
    return bool(browser.get("/session/").status_code != 401)


def rest(by: timedelta) -> None:
    """Let time pass for every session, as its rows tell it."""
    for row in Session.objects.all():
        kept = row.get_decoded()
        kept["ends_at"] -= by.total_seconds()
        row.session_data = Session.get_session_store_class()().encode(kept)
        row.expire_date -= by
        row.save()


def test_an_officer_who_rests_half_an_hour_is_signed_out(regulator: Actor, visit: Any) -> None:
    browser = visit(regulator)
    rest(29 * MINUTE)
    assert is_in(browser)
    rest(31 * MINUTE)
    assert not is_in(browser)


def test_an_officer_who_goes_on_is_signed_out_after_a_working_day(
    regulator: Actor, visit: Any
) -> None:
    browser = visit(regulator)
    for _part in range(12 * 4 - 1):
        rest(15 * MINUTE)
        assert is_in(browser)
    rest(16 * MINUTE)
    assert not is_in(browser)


@pytest.mark.parametrize("who", ["regulator", "inspector", "operator"])
def test_who_may_do_most_has_the_shortest_session(
    who: str, request: pytest.FixtureRequest, visit: Any
) -> None:
    if who == "operator":
        request.getfixturevalue("regulator")
        browser = Client()
        browser.force_login(User.objects.create_superuser("ops@authority.example", AGAIN))
    else:
        browser = visit(request.getfixturevalue(who))
    browser.get("/session/")
    rest(31 * MINUTE)
    assert not is_in(browser)


def test_a_counter_stays_open_for_a_shift_and_signs_in_each_day(vendor: Firm, visit: Any) -> None:
    browser = visit(vendor.actor)
    for _part in range(3):
        rest(7 * HOUR)
        assert is_in(browser)
    rest(4 * HOUR)
    assert not is_in(browser)


def test_a_new_password_ends_the_other_sessions(buyer: Firm, settings: Any) -> None:
    settings.FIRM_FACTOR = "password"
    berta = person(buyer.actor)
    here, elsewhere = Client(), Client()
    assert let_in(come(berta.email, browser=here))
    assert let_in(come(berta.email, browser=elsewhere))
    values = {"oldpassword": "a long enough sentence", "password1": AGAIN, "password2": AGAIN}
    assert here.post("/accounts/password/change/", values).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert operations.live_sessions_of(berta).count() == 1


@pytest.mark.parametrize("door", ["verb", "SQL"])
def test_who_leaves_is_signed_out_whatever_the_door(
    buyer: Firm, regulator: Actor, visit: Any, door: str
) -> None:
    browser = visit(buyer.actor)
    assert is_in(browser)
    membership = Membership.objects.get(user=buyer.actor.user)
    if door == "verb":
        operations.end_membership(membership, by=regulator)
    else:
        with connection.cursor() as cursor:
            sql = "UPDATE registry_membership SET ended_at = now() WHERE id = %s"
            cursor.execute(sql, [membership.pk])
    assert not is_in(browser)


def test_who_is_turned_off_is_signed_out_and_stays_so_when_turned_on(
    buyer: Firm, visit: Any
) -> None:
    browser = visit(buyer.actor)
    assert buyer.actor.user
    row = User.objects.filter(pk=buyer.actor.user.pk)
    row.update(is_active=False)
    assert not is_in(browser)
    with as_owner():
        row.update(is_active=True)
    assert not is_in(browser)


def test_a_session_that_has_ended_does_not_begin_again(buyer: Firm, visit: Any) -> None:
    visit(buyer.actor)
    assert buyer.actor.user
    operations.end_other_sessions(buyer.actor.user, Visitor(), but=None)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        PersonSession.objects.update(ended_at=None)


def test_a_session_of_before_sessions_were_noted_goes_on_and_is_listed(
    buyer: Firm, visit: Any
) -> None:
    browser = visit(buyer.actor)
    PersonSession.objects.all().delete()
    row = Session.objects.get()
    kept = row.get_decoded()
    for name in ("person_session", "idle_s", "ends_at"):
        del kept[name]
    row.session_data = Session.get_session_store_class()().encode(kept)
    row.save()
    assert is_in(browser)
    assert PersonSession.objects.count() == 1


def test_signing_out_and_in_leave_one_live_session(buyer: Firm) -> None:
    berta, browser = person(buyer.actor), Client()
    come(berta.email, browser=browser, at=OFFICE)
    browser.post("/accounts/logout/", REMOTE_ADDR=OFFICE)
    come(berta.email, browser=browser, at=OFFICE)
    live = operations.live_sessions_of(berta).get()
    assert live.address == OFFICE
    kinds = AccessEntry.objects.filter(user=berta).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["signed_in", "signed_out", "signed_in"]


def test_what_tells_of_old_sessions_is_removed(buyer: Firm, visit: Any) -> None:
    visit(buyer.actor)
    PersonSession.objects.update(ends_at=timezone.now() - timedelta(days=31))
    tasks.forget_sessions()
    assert not PersonSession.objects.exists()
