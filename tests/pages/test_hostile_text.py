"""Text that would be markup, a formula or worse is shown as text, and breaks no page."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from authorizations import operations as codes
from authorizations.models import Authorization
from oversight import operations as oversight
from oversight.models import Flag
from pages.exports import FORMULA
from precursors.models import Product
from registry import clock, operations
from registry.actors import Actor
from registry.models import Proposal, User
from tests import cast
from tests.cast import Firm, kg
from tests.pages.test_access import MATRIX, Browsers, Rows, address, browsers, rows, send
from tests.registry.numbers import ruc
from tests.roles import as_owner

__all__ = ["browsers", "rows", "send"]

Send = Callable[..., Any]
PAYLOADS = {
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "template": "{% debug %}{{ 7|add:7 }}%s%(a)s{0}",
    "formula": "=1+1",
    "tab": "\t=1+1",
    "null": "a\0b",
    "right to left": "a\u202egnp.exe\u200f",
    "surrogate": "a\ud800b",
    "control": "a\x1b[2Jb\x07\r\nSet-Cookie: c",
    "long": "x" * 7000,
}
BROKEN = ("script", "null", "surrogate")  # typed where a number or an address belongs, too
RAW = ("<script>alert", "<img src=x", "onerror=alert(1)>")
# What a field must look like for the form to come to its verb.
WELL_FORMED = {
    "buyer": ruc(11),
    "tax_id": ruc(77),
    "email": "x@x.example",
    "plate": "XYZ-123",
    "password": cast.PASSWORD,
    "again": cast.PASSWORD,
    "valid_from_0": "2020-01-01",
    "valid_to_0": "2020-12-31",
    **dict.fromkeys(("quantity", "limit"), "10"),
    **dict.fromkeys(("gross_kg", "tare_kg", "capacity", "automatic_limit", "storage_limit"), ""),
    **dict.fromkeys(("ubigeo", "latitude", "longitude"), ""),
}
# Of what is kept these are shown to somebody; a driver's documents are not.
SHOWN = ("officer", "buyer", "driver", "site", "address", "number", "note")
SHOWN += ("correction", "remarks", "void", "refusal", "plate")
TYPED = ("text", "email", "password", "search", "tel")


class Forms(HTMLParser):
    """The forms of a page as a browser would send them, and the fields in which text is typed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], set[str]]] = []
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("method", "get").lower(), {}, set()))
        elif tag == "option":
            self._fill(self.select, given.get("value", ""))
        elif self.found and "name" in given and tag in ("input", "textarea", "select", "button"):
            self.select = given["name"] if tag == "select" else ""
            self._fill(given["name"], given.get("value", ""))
            if tag == "textarea" or (tag == "input" and given.get("type", "text") in TYPED):
                self.found[-1][2].add(given["name"])

    def _fill(self, name: str, value: str) -> None:
        """The first choice of several that is one."""
        values = self.found[-1][1] if self.found else {}
        values[name] = values.get(name) or value


@dataclass
class Entry:
    """A form in which something can be typed, and somebody who may open it."""

    role: str
    address: str
    method: str
    values: dict[str, str]
    typed: set[str]


def entries(send: Send, rows: Rows) -> Iterator[Entry]:
    """All of them, each once."""
    for name in MATRIX:
        at = address(name, rows)
        pages = (
            (role, send(role, "get", at)) for role in ("officer", "vendor", "buyer", "anonymous")
        )
        shown = ((role, Forms(_html(page)).found) for role, page in pages)
        found = ((role, typing) for role, every in shown if (typing := [f for f in every if f[2]]))
        for role, every in islice(found, 1):
            yield from (Entry(role, at, *form) for form in every)


def _html(page: Any) -> str:
    is_page = page.status_code == 200 and "html" in page.headers["Content-Type"]
    return page.content.decode() if is_page else ""


def enter(browser: Client, entry: Entry, typed: dict[str, str]) -> Any:
    """Send a form as typed; whatever it did is undone."""
    query = urlencode({**entry.values, **typed}, errors="surrogatepass")
    with transaction.atomic():
        if entry.method == "get":
            answer = browser.get(f"{entry.address}?{query}")
        else:
            kind = "application/x-www-form-urlencoded"
            answer = browser.post(entry.address, query, content_type=kind)
        transaction.set_rollback(True)
    return answer


def test_whatever_is_typed_into_any_form_is_shown_as_text_and_breaks_nothing(
    send: Send, browsers: Browsers, rows: Rows
) -> None:
    found = list(entries(send, rows))
    accepted = 0
    for entry in found:
        for name, payload in PAYLOADS.items():
            everywhere = dict.fromkeys(entry.typed, payload)
            well_formed = {k: WELL_FORMED[k] for k in entry.typed if k in WELL_FORMED}
            for typed in [{**everywhere, **well_formed}, everywhere][: 2 if name in BROKEN else 1]:
                answer = enter(browsers[entry.role], entry, typed)
                place = (entry.address, name, typed)
                assert answer.status_code < 500, place
                assert not [raw for raw in RAW if raw in _html(answer)], place
                accepted += answer.status_code == 302
    assert len(found) > 30
    assert accepted > 50  # or nothing would have come further than the form


# What was kept -------------------------------------------------------------------------------


def script(field: str) -> str:
    """Markup that tells in which field it was entered."""
    return f"<script>{field}()</script>"


@pytest.fixture
def regulator(regulator: Actor) -> Actor:
    with as_owner():
        User.objects.filter(pk=regulator.user.pk).update(name=script("officer"))  # type: ignore[union-attr]
    regulator.user.name = script("officer")  # type: ignore[union-attr]
    return regulator


@pytest.fixture
def buyer(regulator: Actor) -> Firm:
    return cast.firm(11, script("buyer"), email="berta@buyer.example", by=regulator)


@pytest.fixture
def vendor(regulator: Actor) -> Firm:
    made = cast.firm(
        12, "=vendor()", email="v@vendor.example", activity="sell", limit="90000", by=regulator
    )
    return made


@pytest.fixture
def kept(
    rows: Rows, browsers: Browsers, buyer: Firm, vendor: Firm, acetone: Product, regulator: Actor
) -> list[str]:
    """Hostile words in every text that is kept; the pages of the rows that hold them."""
    firm = buyer.organization
    operations.add_driver(
        organization=firm,
        name=script("driver"),
        document="<b>d</b>",
        license="<b>l</b>",
        by=regulator,
    )
    operations.add_vehicle(organization=firm, plate="QQQ-1", kind=script("kind"), by=regulator)
    proposed = operations.add_site(
        organization=firm, name=script("site"), address=script("address"), by=regulator
    )  # one more where storage is limited
    assert isinstance(proposed, Proposal)
    operations.grant_license(
        organization=firm,
        number=script("number"),
        valid_from=date(2010, 1, 1),
        valid_to=date(2010, 1, 2),
        by=regulator,
    )
    flag = Flag.objects.get(uuid=rows["case"])
    oversight.review(flag, outcome="explained", note=script("note"), by=regulator)
    sale = flag.sale
    assert sale
    newer = codes.correct_sale(sale, _report(vendor), reason=script("correction"), by=vendor.actor)
    codes.confirm_receipt(
        newer,
        received_at=clock.now(),
        quantity=kg("900"),
        outcome="unsatisfactory",
        reasons=["other"],
        remarks=script("remarks"),
        by=buyer.actor,
    )
    codes.void_sale(newer, reason=script("void"), by=vendor.actor)
    codes.refuse(
        Authorization.objects.get(uuid=rows["decide"]), reason=script("refusal"), by=regulator
    )
    refused = address("buyer:purchase", {"purchase": rows["decide"]})
    waiting = address("register:proposal", {"proposal": proposed.uuid})
    return [refused, waiting, *(address(name, {**rows, "sale": newer.uuid}) for name in MATRIX)]


def _report(vendor: Firm) -> codes.SaleReport:
    return codes.SaleReport(
        sold_at=clock.now(),
        quantity=kg("1080"),
        site=vendor.site,
        plate=f"{script('plate')} / T1A-801",
        driver_document=script("doc"),
        driver_license=script("dl"),
        invoice=script("invoice"),
        guide=script("guide"),
        seals=[script("seal")],
        reason=script("explanation"),
    )


def test_what_is_kept_is_shown_as_text_on_every_page(kept: list[str], send: Send) -> None:
    seen = ""
    for at in kept:
        for role in ("officer", "buyer", "vendor"):
            seen += _html(send(role, "get", at))
    assert "()</script>" not in seen
    assert "<b>" not in seen
    missing = [field for field in SHOWN if f"&lt;script&gt;{field}()" not in seen]
    assert not missing


def test_no_cell_of_a_table_is_a_formula(kept: list[str], send: Send) -> None:
    """The vendor is named like one, and stands in the buyer's table."""
    for at in (at for at in kept if at.endswith(".csv")):
        text = b"".join(send("buyer", "get", at)).decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text)))
        assert "'=vendor()" in table[1]
        assert not [cell for line in table for cell in line if cell.startswith(FORMULA)]
