"""The main job from end to end, as people do it: in a browser, on the portal's real processes.

A buyer asks for 1,000 kg, the vendor records 1,080 kg, the worker finds the 80 kg, one officer
proposes, another overrules, the buyer confirms what arrived. Every page on the way is held to
what must hold on every page.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import global_settings
from django.core.management import call_command
from django.test import Client, override_settings
from playwright.sync_api import Locator, Page, expect

from authorizations.models import Receipt, Sale
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from registry.actors import Actor
from registry.models import Jurisdiction
from registry.models.people import Role
from registry.operations import note_factor_change
from tests import cast
from tests.browser.checks import check_page, check_scriptless_page
from tests.browser.hands import Keyboard, Pointer
from tests.browser.processes import running_portal
from tests.browser.test_account import digits
from tests.cast import PASSWORD, Firm
from tests.conftest import copied_database
from tests.pages.dealing import brought, request_code, sell
from tests.sign_in import sign_in

OpenPage = Callable[..., Page]

NOTICED_WITHIN_S = 5  # from the sale to the officers' queue: the promise of this walk
SECRET = "JBSWY3DPEHPK3PXP"  # of the authenticator apps of both firms
SEND = "main form[method=post] button:not([type=button])"
SUMMARY = ".govuk-error-summary"
PICTURES = os.environ.get("PICTURES")  # a folder, for looking at every page
UUID = re.compile(r"[0-9a-f-]{36}")


@pytest.fixture(scope="module")
def portal(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """One portal for all walks; people's passwords are those of real processes."""
    with (
        override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS),
        copied_database(django_db_blocker) as database,
        running_portal(database) as address,
    ):
        yield address


@pytest.fixture(scope="module")
def officers(portal: str) -> tuple[Actor, ...]:
    """Three officers: one of those who do not propose is drawn."""
    jurisdiction = Jurisdiction.objects.get(code="PE")
    rosa = cast.person(jurisdiction, "rosa@authority.example", Role.OFFICER)
    raul = cast.person(jurisdiction, "raul@authority.example", Role.OFFICER)
    tina = cast.person(jurisdiction, "tina@authority.example", Role.OFFICER)
    return rosa, raul, tina


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Who has signed in on an earlier walk."""
    return {}


serials = count(21)


@pytest.fixture
def buyer(officers: tuple[Actor, ...]) -> Firm:
    serial = next(serials)
    name = f"Pinturas Inventadas {serial}"
    firm = cast.firm(serial, name, email=f"berta{serial}@buyer.example", by=officers[0])
    return with_app(firm)


@pytest.fixture
def vendor(officers: tuple[Actor, ...]) -> Firm:
    serial = next(serials)
    name, email = f"Solventes Ficticios {serial}", f"victor{serial}@vendor.example"
    return with_app(cast.firm(serial, name, email=email, activity="sell", by=officers[0]))


def with_app(firm: Firm) -> Firm:
    """Whose person has an authenticator app; a digit of it serves once."""
    assert firm.actor.user
    TOTP.activate(firm.actor.user, SECRET)
    note_factor_change(firm.actor.user, what="added", factor="totp")
    return firm


class Visitor:
    """Somebody at a browser, who looks at each page before doing anything on it."""

    def __init__(
        self, name: str, hand: Pointer, titles: dict[str, str], *, mirror: Page | None
    ) -> None:
        self.name, self.hand, self.page = name, hand, hand.page
        self.titles, self.mirror = titles, mirror

    @property
    def has_script(self) -> bool:
        return self.mirror is None

    def go(self, selector: str) -> None:
        self.hand.go(selector)
        self.look()

    def send(self) -> None:
        self.go(SEND)

    def look(self) -> None:
        """What holds on every page holds on this one, and its title is its own."""
        expect(self.page.locator("h1")).to_be_visible()
        if self.mirror:
            check_scriptless_page(self.page, self.mirror)
        else:
            # By keyboard the pages are those of the wide walk.
            check_page(self.page, markup=not isinstance(self.hand, Keyboard))
        place = UUID.sub("…", urlsplit(self.page.url).path)
        title = self.page.title().removeprefix("Error: ")
        is_known = title in self.titles
        assert self.titles.setdefault(title, place) == place, f"two pages are called {title}"
        self._picture(place)
        self.hand.arrive(is_known=is_known)

    def _picture(self, place: str) -> None:
        if PICTURES:
            here = f"{self.name}-{len(list(Path(PICTURES).glob(self.name + '-*'))):02}"
            shown = place.strip("/").replace("/", "-").replace("-…", "") or "home"
            self.page.screenshot(path=Path(PICTURES, f"{here}-{shown}.png"), full_page=True)

    def sign_in(self, by: Actor) -> None:
        """By the page for it, which is looked at when the first of a walk comes by."""
        assert by.user
        if "/accounts/login/" in self.titles.values():
            self.page.goto("/accounts/login/")
            self.hand.arrive(is_known=True)
        else:
            self.page.goto("/")
            self.look()
            self.go("main a[href^='/accounts/login/']")
        self.hand.write("#id_login", by.user.email)
        self.hand.write("#id_password", PASSWORD)
        self.send()
        self.hand.write("#id_code", digits(SECRET))
        self.go("form:has(#id_code) button:not([form])")


Meet = Callable[[Actor], Visitor]


@pytest.fixture
def meet(
    request: pytest.FixtureRequest, portal: str, open_page: OpenPage, sessions: dict[str, Any]
) -> Meet:
    """Give somebody a browser of the walk's kind, signed in."""
    kind = {"hand": Pointer, **request.param}
    hand, titles = kind.pop("hand"), dict[str, str]()

    def meet(by: Actor) -> Visitor:
        assert by.user
        page = open_page(**kind)
        mirror = None if kind.get("javascript", True) else open_page(width=kind["width"])
        name = f"{request.node.callspec.id}-{by.user.name}"
        visitor = Visitor(name, hand(page), titles, mirror=mirror)
        if by.is_authority:  # with a passkey, which needs scripts: see test_passkeys
            cookie = sign_in(Client(), by.user, ago_s=-3600).cookies["sessionid"].value
            page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": portal}])
            page.goto("/")
            visitor.look()
        elif by.user.email in sessions:
            page.context.add_cookies(sessions[by.user.email])
            page.goto("/")
            visitor.look()
        else:
            visitor.sign_in(by)
            sessions[by.user.email] = page.context.cookies()
        return visitor

    return meet


KINDS = {
    "english-wide": {},
    "spanish-narrow": {"locale": "es", "width": 320},
    "no-script": {"javascript": False, "width": 390},
    "keyboard": {"hand": Keyboard},
}


@pytest.mark.parametrize("meet", KINDS.values(), ids=KINDS.keys(), indirect=True)
def test_from_the_request_of_a_code_to_the_end_of_a_flag(
    meet: Meet, buyer: Firm, vendor: Firm, officers: tuple[Actor, ...]
) -> None:
    berta, victor = meet(buyer.actor), meet(vendor.actor)
    rosa = meet(officers[0])
    code = request_a_code(berta, buyer, vendor)
    wait_for_news(rosa, buyer, meanwhile=lambda: record_a_sale(victor, buyer, code))
    look_at_the_sale(victor)
    decide(rosa, buyer, outcome="explained", note="The scale was not set to zero.")
    [flag] = Flag.objects.filter(authorization__code=code.replace("-", ""))
    drawn = meet(cast.drawn(flag))
    drawn.go(".app-tabs a[href*='tab=mine']")
    decide(drawn, buyer, outcome="confirmed", note="This happened before.")
    confirm_the_receipt(berta)
    flag.refresh_from_db()
    assert (flag.rule, flag.state) == ("quantity_exceeded", "confirmed")
    assert (flag.proposed_outcome, flag.proposed_by) == ("explained", officers[0].user)
    assert flag.decided_by == flag.second
    assert Sale.objects.get(authorization=flag.authorization).quantity_value == 1080
    assert Receipt.objects.get(sale__authorization=flag.authorization).quantity_value == 1080
    call_command("check_invariants")


def request_a_code(berta: Visitor, buyer: Firm, vendor: Firm) -> str:
    berta.go("main a[href='/request/']")
    berta.hand.choose("[name=product][value=acetone]")
    berta.send()
    berta.hand.write("#id_quantity", "1000")
    berta.send()
    berta.hand.write("#id_q", vendor.organization.tax_id)
    berta.go("form[role=search] button")
    berta.hand.choose(f"[name=seller][value='{vendor.organization.uuid}']")
    berta.send()
    berta.hand.choose(f"[name=site][value='{buyer.site.uuid}']")
    berta.hand.write("#id_plate", buyer.vehicle.plate)
    berta.hand.write("#id_purpose", "Paint for fences")
    berta.send()
    expect(berta.page.locator("main")).to_contain_text("1,000\u00a0kg")
    berta.send()
    return berta.page.locator(".app-code").inner_text()


def record_a_sale(victor: Visitor, buyer: Firm, code: str) -> None:
    """The page asks why it is so much more; the answer goes into the same form."""
    victor.hand.write("#id_code", code.lower())
    victor.send()
    expect(victor.page.locator(".app-figure")).to_have_text("1,000\u00a0kg")
    victor.go("main a[href$='/sale/']")
    victor.hand.write("#id_quantity", "1080")
    victor.hand.write("#id_plate", buyer.vehicle.plate)
    victor.send()
    assert expect_problems(victor) == ["#id_explanation"]
    follow(victor, "#id_explanation")
    expect(victor.page.locator("#id_quantity")).to_have_value("1080")
    victor.hand.write("#id_explanation", "The hose ran on.")
    victor.hand.go(SEND)


def look_at_the_sale(victor: Visitor) -> None:
    """The page tells by itself that the comparison is done, or is asked again."""
    victor.look()
    again = victor.page.locator("#sale-status a")
    if not victor.has_script and again.count():
        victor.go("#sale-status a")
    expect(victor.page.locator("#sale-status .govuk-tag--green")).to_be_visible()
    victor.look()


def wait_for_news(rosa: Visitor, buyer: Firm, *, meanwhile: Callable[[], None]) -> None:
    """Have the queue open, and open it again until it shows what happened; then look at it."""
    rosa.go(".app-tabs a[href*='tab=unassigned']")
    found = row(rosa, buyer)
    expect(found).to_have_count(0)
    meanwhile()
    until = time.monotonic() + NOTICED_WITHIN_S
    while not found.count():
        assert time.monotonic() < until, "The queue does not show it in time."
        rosa.page.reload()
    expect(found).to_contain_text("80\u00a0kg")
    rosa.look()


def row(officer: Visitor, buyer: Firm) -> Locator:
    return officer.page.locator("tbody tr", has_text=buyer.organization.name)


def decide(officer: Visitor, buyer: Firm, *, outcome: str, note: str) -> None:
    """Open the case from the queue, and say how it ends."""
    link = row(officer, buyer).locator("th a").get_attribute("href")
    officer.go(f"main a[href='{link}']")
    expect(officer.page.locator(".app-arithmetic").first).to_contain_text("80\u00a0kg")
    officer.hand.choose(f"[name=outcome][value={outcome}]")
    officer.hand.write("#id_note", note)
    officer.go("form:has(#id_note) button")
    expect(officer.page.locator("main")).to_contain_text(note)


def confirm_the_receipt(berta: Visitor) -> None:
    berta.go(".app-header__home")
    berta.go("main a[href$='/receipt/']")
    berta.hand.choose("[name=outcome][value=satisfactory]")
    berta.hand.write("#id_quantity", "1080")
    berta.send()
    expect(berta.page.locator("main")).to_contain_text("1,080\u00a0kg")


def expect_problems(visitor: Visitor) -> list[str]:
    """The page opens with what is wrong. Where the links of its summary lead."""
    page = visitor.page
    expect(page).to_have_title(re.compile("^Error: "))
    links = [link.get_attribute("href") or "" for link in page.locator(f"{SUMMARY} a").all()]
    assert links
    if visitor.has_script:
        expect(page.locator(SUMMARY)).to_be_focused()
    return list(dict.fromkeys(links))


def follow(visitor: Visitor, field: str) -> None:
    """Take the summary's link to the field that it speaks of."""
    visitor.hand.press(f"{SUMMARY} a[href='{field}']")
    if visitor.has_script:
        expect(visitor.page.locator(field)).to_be_focused()


@pytest.mark.parametrize("meet", [{"locale": "es", "width": 320}], ids=["errors"], indirect=True)
def test_what_is_wrong_with_a_form_is_told_first_and_every_link_lands_on_its_field(
    meet: Meet, buyer: Firm, vendor: Firm, officers: tuple[Actor, ...]
) -> None:
    product = Product.objects.get(code="acetone", superseded_at=None)
    code = request_code(buyer, vendor, product)
    sale = sell(brought(code, vendor), vendor, "1080", plate=buyer.vehicle.plate)
    evaluate([code.pk])
    fail_to_request(meet(buyer.actor), vendor)
    victor = meet(vendor.actor)
    for typed in ("", "7K2M", "7K2M9QXD4T8C"):
        victor.hand.write("#id_code", typed)
        fail(victor)
    for page in (f"/counter/{code.uuid}/sale/", f"/sales/{sale.uuid}/correction/"):
        victor.page.goto(page)
        victor.hand.write("#id_gross_kg", "12")
        fail(victor)
    rosa = meet(officers[0])
    rosa.page.goto(f"/queue/{Flag.objects.get(sale=sale).uuid}/")
    fail(rosa, "form:has(#id_note) button")
    berta = meet(buyer.actor)
    berta.page.goto(f"/purchases/sales/{sale.uuid}/receipt/")
    fail(berta)


def fail_to_request(berta: Visitor, vendor: Firm) -> None:
    berta.go("main a[href='/request/']")
    fail(berta)
    berta.hand.choose("[name=product][value=acetone]")
    berta.send()
    fail(berta)
    berta.hand.write("#id_quantity", "999999")
    fail(berta)
    berta.hand.write("#id_quantity", "900")
    berta.send()
    berta.hand.write("#id_q", vendor.organization.tax_id)
    berta.go("form[role=search] button")
    fail(berta)
    berta.hand.choose("[name=seller]")
    berta.send()
    berta.hand.write("#id_plate", "ZZZ-999")
    fail(berta)


def fail(visitor: Visitor, button: str = SEND) -> None:
    """Send what cannot be right; take every link of the summary in turn."""
    visitor.go(button)
    for field in expect_problems(visitor):
        follow(visitor, field)
