"""Invoices and guides are compared by series and number, however they were written."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.db import connection

from authorizations.document_numbers import document_key
from authorizations.models import Authorization, Sale
from tests.roles import as_owner

ONE = [
    *("F001-00414354", "F001-414354", "f001 - 00414354", "F001–00414354", "F001/414354"),
    *(
        "N° F001-00414354",
        "Nº F001-414354",
        "No. F001-414354",
        "Nro. F001-00414354",
        "№F001 414354",
    ),
    *("F001 N° 00414354", "F00100414354", "Factura electrónica F001-414354", "#F001-414354"),
    *("Ｆ００１－４１４３５４", "F001\u200b-\u00ad00414354", "F001_414354", "  F001 414354 "),
]
OTHERS = ["F001-4143540", "F001-41435", "F002-414354", "E001-414354", "414354", "1-414354"]
NONE = ["", "S/N", "s/n", "-", "---", "0", "000-0000", "SIN NÚMERO", "x" * 80]
PAIRS = [
    ("001-0012345", "1-12345"),
    ("001-001-000012345", "001 001 12345"),
    ("SETP990000001", "SETP-990000001"),
    ("Guía de remisión T001-00000005", "T001-5"),
    ("FE 1234", "fe-01234"),
]
fill = import_module("authorizations.migrations.0006_fill_document_keys")


@pytest.mark.parametrize("written", ONE)
def test_one_number_is_the_same_however_it_is_written(written: str) -> None:
    assert document_key(written) == "F-1-414354"


@pytest.mark.parametrize(("written", "again"), PAIRS)
def test_numbers_of_other_countries_and_papers_are_compared_alike(
    written: str, again: str
) -> None:
    assert document_key(written) == document_key(again) != ""


def test_other_numbers_are_others() -> None:
    assert len({document_key(number) for number in [ONE[0], *OTHERS]}) == len(OTHERS) + 1


@pytest.mark.parametrize("words", NONE)
def test_words_for_having_no_number_are_like_nothing(words: str) -> None:
    assert document_key(words) == ""


def test_rows_that_stand_are_filled_in_batches_with_the_same_form(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fill, "BATCH", 2)
    numbers = [*ONE[:4], *OTHERS, *NONE[:3]]
    code = ask("1000")
    sales = [sell(code, "1", invoice=number, guide=f"T-{number}") for number in numbers]
    rows = Sale.objects.order_by("pk").values_list("invoice_key", "guide_key")
    before = list(rows)
    assert before[0] == ("F-1-414354", "T-F-1-414354")
    with as_owner(), connection.schema_editor() as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(fill.OPEN)
        editor.execute("UPDATE authorizations_sale SET invoice_key = '', guide_key = ''")
        editor.execute(fill.SHUT)
        assert set(rows.all()) == {("", "")}
        fill.fill(None, editor)
    assert list(rows.all()) == before
    assert len(before) == len(sales)


@pytest.mark.parametrize("number", [*ONE, *OTHERS, *NONE, *(n for pair in PAIRS for n in pair)])
def test_the_filling_has_the_form_of_today(number: str) -> None:
    assert fill.key_of(number) == document_key(number)
