"""How numbers, times, states and codes are shown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from authorizations.models import Status
from pages.templatetags import portal

pytestmark = pytest.mark.usefixtures("plain")

NOON_IN_LIMA = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12345.678"), "12,345.678"),
        (Decimal("1000.000"), "1,000"),
        (Decimal("1250.500"), "1,250.5"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("12345.678900"), "12,345.6789"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("999999999999999.999"), "999,999,999,999,999.999"),
        (Decimal("-80"), "\u221280"),
        (Decimal("0.000"), "0"),
        (100, "100"),
        ("1250.500", "1,250.5"),
        (None, "\u2013"),
    ],
)
def test_a_quantity_is_written_alike_in_both_languages(
    value: Decimal | None, text: str, language: str
) -> None:
    with translation.override(language):
        assert portal.quantity(value) == text


def test_a_unit_stays_on_the_line_of_its_number() -> None:
    assert portal.quantity(Decimal(80), "kg") == "80\u00a0kg"
    assert portal.quantity(Decimal(2), "m3") == "2\u00a0m³"
    assert portal.quantity(Decimal(2), "[gal_us]") == "2\u00a0US gal"


@pytest.mark.parametrize(
    ("value", "text"), [("80.000", "+80"), ("-12.5", "\u221212.5"), ("0", "0"), (None, "\u2013")]
)
def test_a_difference_carries_its_sign(value: str | None, text: str) -> None:
    assert portal.signed(Decimal(value) if value else None) == text


@pytest.mark.parametrize(
    ("value", "unit", "english", "spanish"),
    [
        ("1", "kg", "one kilogram", "un kilogramo"),
        ("21", "kg", "twenty-one kilograms", "veintiún kilogramos"),
        ("31", "t", "thirty-one metric tons", "treinta y una toneladas"),
        ("100", "L", "one hundred liters", "cien litros"),
        ("101", "L", "one hundred one liters", "ciento un litros"),
        ("1000.000", "kg", "one thousand kilograms", "mil kilogramos"),
        ("1080", "kg", "one thousand eighty kilograms", "mil ochenta kilogramos"),
        ("200", "t", "two hundred metric tons", "doscientas toneladas"),
        ("21000", "g", "twenty-one thousand grams", "veintiún mil gramos"),
        ("1000000", "kg", "one million kilograms", "un millón de kilogramos"),
        (
            "2500000",
            "kg",
            "two million five hundred thousand kilograms",
            "dos millones quinientos mil kilogramos",
        ),
        (
            "1250.5",
            "kg",
            "one thousand two hundred fifty point five kilograms",
            "mil doscientos cincuenta punto cinco kilogramos",
        ),
        ("0.05", "L", "zero point zero five liters", "cero punto cero cinco litros"),
        ("1.5", "m3", "one point five cubic meters", "uno punto cinco metros cúbicos"),
        ("1", "[gal_us]", "one US gallon", "un galón de EE. UU."),
        (
            "201000000",
            "t",
            "two hundred one million metric tons",
            "doscientos un millones de toneladas",
        ),
        ("1000000000000", "mg", "one trillion milligrams", "un billón de miligramos"),
        ("16", "", "sixteen", "dieciséis"),
    ],
)
def test_a_quantity_is_written_out(value: str, unit: str, english: str, spanish: str) -> None:
    with translation.override("en"):
        assert portal.in_words(Decimal(value), unit) == english
    with translation.override("es"):
        assert portal.in_words(Decimal(value), unit) == spanish


def test_every_whole_number_has_its_own_words() -> None:
    for language in ("en", "es"):
        with translation.override(language):
            assert len({portal.in_words(Decimal(n)) for n in range(20_000)}) == 20_000


def test_a_name_within_a_sentence_begins_small_unless_it_is_an_abbreviation() -> None:
    for name, shown in {
        "Acetone, technical": "acetone, technical",
        "Ácido sulfúrico": "ácido sulfúrico",
        "MEK": "MEK",
        "n-Propyl acetate": "n-Propyl acetate",
        "": "",
    }.items():
        assert portal.inline(name) == shown


def test_a_code_is_shown_in_fours() -> None:
    assert portal.fours("7K2M9QXD4T8C") == "7K2M-9QXD-4T8C"
    assert portal.fours("7K2M-9QXD-4T8C") == "7K2M-9QXD-4T8C"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "23 Nov 2026, 12:00"), ("es", "23 nov 2026, 12:00")]
)
def test_a_moment_is_shown_in_the_readers_zone(language: str, text: str) -> None:
    with translation.override(language), timezone.override("America/Lima"):
        html = portal.moment(NOON_IN_LIMA)
    assert html.lower() == f'<time datetime="2026-11-23t17:00:00+00:00">{text.lower()}</time>'


def test_a_moment_falls_on_the_day_it_was_here() -> None:
    with timezone.override("America/Lima"):
        evening = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
        assert ">23 Nov 2026<" in portal.day(evening)
    assert ">23 Nov 2026<" in portal.day(date(2026, 11, 23))


def test_a_state_is_a_word_an_icon_and_a_color() -> None:
    assert portal.tag("issued") == {"label": "Issued", "color": "green", "icon": "check"}
    assert portal.tag("unheard of")["color"] == "grey"
    assert portal.tag("issued", "In use")["label"] == "In use"


def test_a_meter_shows_what_is_over_its_limit() -> None:
    shown = portal.meter("Acetone", limit=Decimal(100), used=Decimal(150), reserved=Decimal(50))
    assert (shown["over"], shown["free"]) == (50, 0)
    widths = [shown[f"{part}_width"] for part in ("used", "over", "reserved")]
    assert widths == ["50.00", "25.00", "25.00"]


def test_a_meter_of_nothing_is_empty() -> None:
    shown = portal.meter("Acetone", limit=Decimal(0), used=Decimal(0))
    assert shown["used_width"] == "0.00"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_way_of_writing_a_decimal_writes_a_point(language: str) -> None:
    with translation.override(language):
        page = Template("{% load portal %}{{ plain }} {{ plain|quantity }} {{ number }}")
        said = page.render(Context({"plain": Decimal("134.2125"), "number": 12.5}))
    assert said == "134.2125 134.2125 12.5"


def test_no_page_rounds_a_figure_or_fills_it_up_with_zeros() -> None:
    pages = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    assert [page.name for page in pages if "floatformat" in page.read_text()] == []


@pytest.mark.parametrize("status", list(Status))
def test_a_state_of_a_code_has_one_gender_wherever_it_is_shown(status: Status) -> None:
    with translation.override("es"):
        word = str(status.label)
        assert portal.tag(status)["label"] == word == portal.of_code(status)
    assert not word.endswith("ada") and not word.endswith("ida")


def test_peruvian_numbers_are_named() -> None:
    assert portal.tax_number("20999000011") == "RUC\u00a020999000011"
    assert portal.tax_number("CO:900123456") == "CO:900123456"
    assert portal.identity("12345678") == "DNI\u00a012345678"
    assert portal.identity("CE 001234567") == "CE 001234567"
