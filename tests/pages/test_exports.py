"""Tables to download: local days, the reader's words, and no formulas."""

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from authorizations import operations
from pages.exports import escape_formula, local_time
from precursors.models import Product
from registry import clock
from tests.cast import Firm, kg
from tests.pages.dealing import request_code


def table(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("sign", list("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\u2212"))
@pytest.mark.parametrize("before", ["", "\u200b", "\ufeff", "\u00ad", " ", "\n", "\u2800", "\t"])
def test_whatever_a_spreadsheet_may_compute_is_quoted(sign: str, before: str) -> None:
    assert escape_formula(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("cell", ["Andes S.A.C.", "2026-11-27 22:47", "1000.000", "", "F001-1"])
def test_what_is_no_formula_is_left_alone(cell: str) -> None:
    assert escape_formula(cell) == cell


def test_a_moment_is_written_on_the_day_that_it_was_in_the_zone() -> None:
    at = datetime.fromisoformat("2026-11-28T03:47:12Z")
    assert local_time(at, ZoneInfo("America/Lima")) == "2026-11-27 22:47"
    assert local_time(None, ZoneInfo("America/Lima")) == ""


@pytest.mark.parametrize(
    "said",
    [
        {"language": "en", "first": "Code", "status": "Issued", "product": "Acetone"},
        {"language": "es", "first": "Código", "status": "Emitido", "product": "Acetona"},
    ],
)
def test_a_table_is_in_the_words_and_on_the_days_of_its_reader(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product, said: dict[str, str]
) -> None:
    code = request_code(buyer, vendor, acetone)
    browser = visit(buyer.actor)
    browser.cookies["django_language"] = said["language"]
    heads, row = table(browser.get("/purchases/table.csv"))
    assert heads[0] == said["first"]
    assert "_" not in "".join(heads)
    assert row[2].startswith(said["product"])
    assert row[1] == said["status"]
    assert row[10] == local_time(code.requested_at, code.jurisdiction.zone)
    assert row[11] == local_time(code.valid_until, code.jurisdiction.zone)


def test_a_claim_is_not_sold_to_the_buyer_and_the_vendors_word_is_in_the_last_column(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    report = operations.SaleReport(
        sold_at=clock.now(), quantity=kg("1000"), site=vendor.site, plate="AAA011"
    )
    operations.record_uncoded_sale(
        report, buyer=buyer.organization, product=acetone, reason="outage", by=vendor.actor
    )
    _heads, row = table(visit(buyer.actor).get("/purchases/table.csv"))
    assert (float(row[6]), float(row[-1])) == (0, 995)
