"""Every rule says what it found in a sentence, in both languages, with nothing left out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.utils import translation

import rules
from rules import Booking, Evidence, Facts, Twin
from tests.rules.build import (
    ACETONE,
    DAY,
    EXPIRES,
    HOUR,
    ISSUED,
    NOW,
    SOLD,
    ended,
    facts,
    license,
    receipt,
    report,
    sale,
    sold,
)

FOLDER = "rules"
MISSING = "MISSING"


def cases() -> Iterator[Facts]:
    """Facts that together break every rule, and in every way that is worded apart."""
    yield sold("4000 L", authorized="1000 [gal_us]")
    yield sold("1300.001 L")
    yield sold("1080 kg")
    yield facts(sale(report(), report("1080 kg", 3)))
    yield facts(sale(receipt=receipt("1080 kg", recorded_at=SOLD)))
    yield ended(sale(report("500 kg")))
    yield sold("10000 kg")
    yield ended(sale(report("100 kg")))
    yield facts(sale(receipt=receipt("900 kg", "partly_refused")))
    yield facts(sale(report(), report("900 kg", 6), receipt=receipt()))
    yield ended(sale(), has_code=False, issued_at=None, authorized="0 kg")
    yield facts(sale(report(sold_at=EXPIRES + HOUR, recorded_at=EXPIRES + HOUR)))
    yield facts(sale(report(recorded_at=EXPIRES + 2 * DAY)))
    yield facts(sale(report(sold_at=ISSUED - HOUR)))
    yield facts(sale(), status="pending", issued_at=None)
    yield facts(sale(), status="revoked", ended_at=SOLD - HOUR)
    yield facts(sale(), as_of=NOW + 6 * DAY)
    yield facts(sale(receipt=receipt(received_at=SOLD - HOUR)))
    yield facts(sale(report(), report(version=3, sold_at=SOLD + HOUR)))
    yield facts(sale(twins=(Twin("invoice", "F001-1", "0191"),)))
    yield facts(sale(twins=(Twin("guide", "T001-1", "0191"),)))
    yield facts(sale(alike="0191"))
    yield facts(sale(report(product=replace(ACETONE, precursor="toluene"))))
    yield facts(sale(report(product=replace(ACETONE, concentration_percent=Decimal(90)))))
    yield facts(sale(report(plate_is_known=False, site_is_sellers=False)), plate="XYZ987")
    yield facts(sale(report(plate="", plate_is_known=False, names_vehicle=False)))
    yield facts(sale(report(gross_kg=Decimal(1300), tare_kg=Decimal(200))))
    yield facts(sale(), licenses=(license("seller", valid_to=date(2026, 1, 1)),))
    yield facts(sale(), licenses=(license("buyer", steps=((SOLD - HOUR, "suspended"),)),))
    for activity in ("buy", "sell"):
        booking = Booking(activity, Decimal(80), Decimal(5080), Decimal(5000))
        yield facts(sale(), bookings=(booking,))


EVIDENCE = [
    (finding.rule, finding.evidence)
    for known in cases()
    for finding in rules.evaluate(known, rules.defaults())
]


@pytest.fixture(scope="module")
def templates() -> DjangoTemplates:
    options = {"string_if_invalid": MISSING}
    return DjangoTemplates(
        {"NAME": "strict", "DIRS": settings.TEMPLATES[0]["DIRS"], "APP_DIRS": True}
        | {"OPTIONS": options}
    )


def test_the_cases_break_every_rule() -> None:
    assert {name for name, _evidence in EVIDENCE} == set(rules.RULES)


def test_every_rule_has_its_sentence_and_every_sentence_its_rule() -> None:
    folder = Path(settings.TEMPLATES[0]["DIRS"][0]) / FOLDER
    assert {each.stem for each in folder.glob("*.html")} == set(rules.RULES)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("name", "evidence"), EVIDENCE)
def test_a_sentence_leaves_nothing_out(
    templates: DjangoTemplates, language: str, name: str, evidence: Evidence
) -> None:
    with translation.override(language):
        text = templates.get_template(f"{FOLDER}/{name}.html").render({"evidence": evidence})
    assert MISSING not in text
    assert "None" not in text
    assert text.count("<p ") == text.count("</p>") >= 1


def test_the_arithmetic_is_shown(templates: DjangoTemplates) -> None:
    evidence = dict(EVIDENCE)["quantity_exceeded"]
    template = templates.get_template(f"{FOLDER}/quantity_exceeded.html")
    text = " ".join(template.render({"evidence": evidence}).split())  # as a browser shows it
    assert "1,080 kg − 1,000 kg = +80 kg (+8 %) &gt; 5 kg" in text


def test_a_count_of_one_level_lower_is_explained(templates: DjangoTemplates) -> None:
    lowered = {
        name: templates.get_template(f"{FOLDER}/{name}.html").render({"evidence": evidence})
        for name, evidence in EVIDENCE
        if "self_reported_by" in evidence
    }
    assert "vendor reported it itself within 24 h" in lowered["quantity_exceeded"]
    assert "buyer reported it itself within 24 h" in lowered["receipt_difference"]


@pytest.mark.parametrize(
    ("hours", "language", "told"),
    [
        ("1", "en", "1 hour later"),
        ("2", "en", "2 hours later"),
        ("1", "es", "1 hora después"),
        ("1117", "es", "1,117 horas después"),
    ],
)
def test_one_hour_is_no_hours(
    templates: DjangoTemplates, hours: str, language: str, told: str
) -> None:
    evidence = {**dict(EVIDENCE)["reported_late"], "hours": hours}
    with translation.override(language):
        text = templates.get_template(f"{FOLDER}/reported_late.html").render(
            {"evidence": evidence}
        )
    assert told in text


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("name", "evidence"), EVIDENCE)
def test_the_arithmetic_that_is_shown_is_right(
    templates: DjangoTemplates, language: str, name: str, evidence: Evidence
) -> None:
    """Whatever stands before an equals sign comes to what stands behind it."""
    with translation.override(language):
        text = templates.get_template(f"{FOLDER}/{name}.html").render({"evidence": evidence})
    shown = re.findall(r'<p class="app-arithmetic">(.*?)</p>', text, re.DOTALL)
    assert len(shown) == text.count("app-arithmetic")
    for lines in shown:
        left, equals, right = " ".join(lines.split()).partition(" = ")
        if equals:
            first, *less = (number(part) for part in left.split(" − "))
            assert first - sum(less) == number(right)


def number(text: str) -> Decimal:
    """The figure that a text begins with."""
    [figure] = re.findall(r"^[+−]?[0-9,.]+", text)
    return Decimal(figure.replace(",", "").replace("−", "-"))
