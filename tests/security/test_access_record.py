"""Who came in, failed, or read what is recorded apart, stays so, and is found by officers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from authorizations.models import Authorization
from pages.account import signals
from pages.account.readings import READ
from registry import access_log, tasks
from registry.access import access_entries_for
from registry.access_log import Visitor, note_access
from registry.actors import Actor
from registry.models import AccessEntry, Alarm, Event, PersonSession, User
from tests.cast import Firm
from tests.pages.test_access import routes
from tests.roles import as_owner
from tests.security.sign_in import HOME, OFFICE, THIEF, WRONG, come, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

# Pages on which somebody enters something, and lists that name firms, codes or flags only by what
# their reader works on. A new page goes here or into READ.
NOT_NOTED = re.compile(
    r"(account|mfa|api|admin|demo)[:_].*|home|favicon|session|set_language|healthz|readyz|metrics"
    r"|buyer:.*|seller:.*|.*_(new|end|invite|amend|retire|suspend|reinstate|revoke|sign_out)"
    r"|officer:(queue|pending|authorizations|revoke|release|agree|confirm_claim)"
    r"|register:(firms|recovery|lost|invite|invitation|membership|approvals|resume_issuing|proposals?|keys?|key_.*|member_.*"
    r"|permit|reinstatement|product_version|officer|amendment)"
)


def kinds(user: User | None = None) -> list[str]:
    rows = AccessEntry.objects.filter(user=user) if user else AccessEntry.objects.all()
    return list(rows.order_by("id").values_list("kind", flat=True))


def test_coming_in_failing_and_leaving_are_recorded_with_the_true_address(buyer: Firm) -> None:
    berta, browser = person(buyer.actor), Client(headers={"user-agent": "Invented/1.0"})
    come(berta.email, WRONG, at=THIEF)
    come(berta.email, browser=browser)
    browser.post("/accounts/logout/", REMOTE_ADDR=HOME)
    assert kinds(berta) == ["failed", "signed_in", "signed_out"]
    entry = AccessEntry.objects.get(kind="signed_in", user=berta)
    assert (entry.address, entry.place, entry.agent) == (HOME, "203.0.113.0/24", "Invented/1.0")
    assert entry.session == PersonSession.objects.get().uuid
    assert AccessEntry.objects.get(kind="failed").address == THIEF


def test_what_was_typed_by_nobody_known_is_not_kept() -> None:
    come("my-password-by-mistake@x.example", WRONG)
    entry = AccessEntry.objects.get()
    assert entry.user is None
    assert "mistake" not in str(entry.__dict__)


def test_what_officers_read_is_recorded_and_what_is_refused_is_not(
    ask: Callable[..., Authorization], signed_in: Any, regulator: Actor, rival: Firm
) -> None:
    authorization = ask("100")
    browser = signed_in(regulator)
    page = f"/oversight/{authorization.uuid}/"
    assert browser.get(page).status_code == 200
    assert browser.get(f"/oversight/{rival.site.uuid}/").status_code == 404
    browser.get("/people/")
    read = AccessEntry.objects.filter(user=regulator.user, kind__endswith="_read").order_by("id")
    assert [each.kind for each in read] == ["purchase_read", "people_read"]
    assert str(authorization.uuid) in read[0].subject


def test_every_page_is_noted_or_known_to_show_nothing_of_others() -> None:
    names = {name for name, _route in routes()}
    assert set(READ) <= names
    assert {name for name in names - set(READ) if not NOT_NOTED.fullmatch(name)} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_accessentry SET address = '192.0.2.1'",
        "DELETE FROM registry_accessentry",
        "TRUNCATE registry_accessentry",
    ],
)
def test_what_is_recorded_is_neither_changed_nor_removed(statement: str) -> None:
    note_access("failed", Visitor.at(THIEF, ""))
    with pytest.raises(IntegrityError), as_owner(), transaction.atomic():
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.cursor().execute(statement)


def test_nobody_dates_an_entry_back_to_have_it_removed() -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    AccessEntry.objects.create(kind="failed", at=long_ago)
    assert AccessEntry.objects.get().at > timezone.now() - timedelta(minutes=5)


def test_entries_are_removed_when_they_are_old_and_not_before(settings: Any) -> None:
    for _each in range(2):
        note_access("failed", Visitor.at(THIEF, ""))
    first = AccessEntry.objects.earliest("id")
    guard = "ALTER TABLE registry_accessentry {} TRIGGER rows_are_kept"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(guard.format("DISABLE"))
        sql = "UPDATE registry_accessentry SET at = now() - interval '3 years' WHERE id = %s"
        cursor.execute(sql, [first.pk])
        cursor.execute(guard.format("ENABLE ALWAYS"))
    assert portal_settings.ACCESS_KEPT_DAYS >= 180
    tasks.forget_access()
    assert AccessEntry.objects.count() == 1


def test_firms_see_none_of_it(buyer: Firm, signed_in: Any) -> None:
    note_access("failed", Visitor.at(THIEF, ""))
    assert not access_entries_for(buyer.actor).exists()
    assert signed_in(buyer.actor).get("/access/").status_code == 403


def test_an_officer_finds_by_person_kind_address_and_day(
    buyer: Firm, regulator: Actor, signed_in: Any
) -> None:
    berta = person(buyer.actor)
    come(berta.email, WRONG, at=THIEF)
    come(berta.email, at=OFFICE)
    browser = signed_in(regulator)

    def shown(query: str) -> str:
        page: str = browser.get(f"/access/?{query}").content.decode()
        return page.partition("<tbody")[2].partition("</tbody")[0]

    assert THIEF in shown("person=berta")
    assert OFFICE in shown("person=berta")
    assert OFFICE not in shown("kind=failed")
    assert THIEF in shown(f"address={THIEF}")
    assert OFFICE not in shown(f"address={THIEF}")
    assert THIEF in shown("address=198.51.100.0/24")
    assert (
        "Nothing of this kind is recorded"
        in browser.get("/access/?day=2001-01-01").content.decode()
    )
    assert "log_read" in kinds(regulator.user)


def test_the_list_is_cut_at_a_row(regulator: Actor, signed_in: Any) -> None:
    for number in range(60):
        note_access("failed", Visitor.at(f"198.51.100.{number}", ""))
    browser = signed_in(regulator)
    page = browser.get("/access/?kind=failed").content.decode()
    following = re.search(r'href="(/access/\?[^"]*after=[^"]*)" rel="next"', page)
    assert following
    rest = browser.get(following[1].replace("&amp;", "&")).content.decode()
    assert "198.51.100.0<" in rest
    assert "198.51.100.59<" not in rest


def test_a_network_never_seen_before_is_told(
    buyer: Firm, django_capture_on_commit_callbacks: Any
) -> None:
    berta = person(buyer.actor)
    come(berta.email, at=HOME)
    come(berta.email, at="203.0.113.99")
    assert not Alarm.objects.exists()
    come(berta.email, at=THIEF)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tell_alarms()
    assert Alarm.objects.get().kind == "new_place"
    assert THIEF in mail.outbox[0].body
    assert Event.objects.filter(kind="access.alarm", data={"alarm": "new_place"}).exists()


@pytest.mark.parametrize(("hour", "told"), [(21, 0), (22, 1), (3, 1), (6, 0), (12, 0)])
def test_an_officer_at_night_is_told(
    regulator: Actor, monkeypatch: pytest.MonkeyPatch, hour: int, told: int
) -> None:
    local = datetime(2026, 5, 5, hour, 30, tzinfo=regulator.jurisdiction.zone)
    monkeypatch.setattr(signals.timezone, "now", lambda: local)
    monkeypatch.setattr(access_log.timezone, "now", lambda: local)
    come(person(regulator).email)
    assert Alarm.objects.filter(kind="at_night").count() == told


def test_signing_somebody_out_everywhere_is_recorded_and_told(
    buyer: Firm, regulator: Actor, signed_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert buyer.actor.user
    own = Client()
    own.force_login(buyer.actor.user)
    browser = signed_in(regulator)
    member = buyer.actor.user.memberships.get()
    assert "1 session ends" in browser.get(f"/people/{member.pk}/sign-out/").content.decode()
    browser.post(f"/people/{member.pk}/sign-out/")
    assert own.get("/session/").status_code == 401
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tell_alarms()
    assert [letter.to for letter in mail.outbox] == [[buyer.actor.user.email]]
    assert AccessEntry.objects.get(kind="sessions_ended").user == regulator.user


def test_a_person_sees_and_ends_their_own_sessions_only(buyer: Firm, vendor: Firm) -> None:
    here, there, others = Client(), Client(), Client()
    for browser, firm in ((here, buyer), (there, buyer), (others, vendor)):
        browser.force_login(firm.actor.user)  # type: ignore[arg-type]
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count('name="session"') == 2  # the other one, and all others
    foreign = PersonSession.objects.get(user=vendor.actor.user)
    assert here.post("/accounts/sessions/", {"session": foreign.uuid}).status_code == 404
    assert here.post("/accounts/sessions/", {"session": "x"}).status_code == 404
    here.post("/accounts/sessions/", {"session": "others"})
    answers = [each.get("/session/").status_code for each in (here, there, others)]
    assert answers == [204, 401, 204]
