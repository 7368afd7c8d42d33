"""What people type for a quantity, and what the page makes of it."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from pages.forms import Form, QuantityField, parse_quantity
from pages.readings import doubtful_readings, readings

pytestmark = pytest.mark.usefixtures("plain")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1250.5", "1250.5"),
        ("1,250.5", "1250.5"),
        ("1,250,000", "1250000"),
        ("1,250,000.125", "1250000.125"),
        ("1 250.5", "1250.5"),
        ("1\u00a0250", "1250"),
        ("1.250", "1.25"),
        (".5", "0.5"),
        ("  80  ", "80"),
        ("0.001", "0.001"),
        ("007", "7"),
        ("999999999999999.999", "999999999999999.999"),
    ],
)
def test_a_plain_number_is_read_as_it_stands(typed: str, number: str) -> None:
    assert parse_quantity(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1,250", "ambiguous_comma"),
        ("1250,5", "ambiguous_comma"),
        ("0,5", "ambiguous_comma"),
        ("-5", "not_positive"),
        ("\u22125", "not_positive"),
        ("- 1,250.5", "not_positive"),
        ("0", "not_positive"),
        ("0.000", "not_positive"),
        ("1.2345", "too_many_decimals"),
        ("1,250.0001", "too_many_decimals"),
        ("1" * 25, "too_many_digits"),
        ("1000000000000000", "too_many_digits"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-inf", "not_a_number"),
        ("1e3", "not_a_number"),
        ("1E+3", "not_a_number"),
        ("1.250,5", "not_a_number"),
        ("1.250.000", "not_a_number"),
        ("12,50.5", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("1,2345", "not_a_number"),
        (",5", "not_a_number"),
        ("5.", "not_a_number"),
        ("+5", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1 25", "not_a_number"),
        ("1250 kg", "not_a_number"),
        ("\u0661\u0662", "not_a_number"),
        ("1\x00", "not_a_number"),
        ("a lot", "not_a_number"),
    ],
)
def test_anything_else_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_quantity(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "both"),
    [
        ("1,250", ["1250", "1.25"]),
        ("1250,5", ["12505", "1250.5"]),
        ("0,500", ["500", "0.5"]),
        ("10,0", ["100", "10"]),
        ("1,250.5", []),
        ("1,250,000", []),
        ("1250", []),
        ("1,2345", []),
        ("words", []),
    ],
)
def test_a_single_comma_has_two_readings(typed: str, both: list[str]) -> None:
    assert readings(typed) == both


@pytest.mark.parametrize(
    ("typed", "number", "expected", "both"),
    [
        ("1.080", "1.08", ["1080.5"], ["1080", "1.08"]),
        ("1.080", "1.08", ["1.08"], []),
        ("1.080", "1.08", ["30000"], ["1080", "1.08"]),  # a part of it
        ("1.080", "1.08", ["0.5", "1080.5"], []),
        ("1.080", "1.08", ["80.5", "1080.5"], ["1080", "1.08"]),
        ("1.250", "1.25", ["200"], []),  # as plausible as six times what is left
        ("1.250", "1.25", [], []),
        ("1.250", "1.25", ["0"], []),
        ("1.25", "1.25", ["1250"], []),
        ("1080.500", "1080.5", ["1080500"], []),
        ("10.000", "10", ["10000"], ["10000", "10"]),
        ("1 080", "1080", ["1.08"], ["1080", "1.08"]),
        ("1,080,500", "1080500", ["1080.5"], ["1080500", "1080.5"]),
        ("1,080.500", "1080.5", ["1080500"], ["1080500", "1080.5"]),
        ("1,080.500", "1080.5", ["1080.5"], []),
        ("0.500", "0.5", ["500"], ["500", "0.5"]),
        ("0", "0", ["500"], []),
        ("0.000", "0", ["500"], []),
    ],
)
def test_another_reading_that_is_much_nearer_to_what_is_expected_is_doubted(
    typed: str, number: str, expected: list[str], both: list[str]
) -> None:
    assert doubtful_readings(typed, Decimal(number), map(Decimal, expected)) == both


class Sale(Form):
    quantity = QuantityField(label="Quantity")


class Receipt(Form):
    quantity = QuantityField(label="Quantity", zero=True)


def test_the_page_asks_which_reading_is_meant() -> None:
    html = Sale({"quantity": "1,250"}).as_div()
    assert 'value="1250"' in html
    assert 'value="1.25"' in html
    assert "one thousand two hundred fifty" in html


def test_the_chosen_reading_is_the_quantity() -> None:
    answers = {"quantity": "1,250", "quantity_asked": "1,250", "quantity_reading": "1.25"}
    form = Sale(answers)
    assert form.is_valid()
    assert form.cleaned_data["quantity"] == Decimal("1.25")


def test_a_reading_that_was_not_offered_is_not_taken() -> None:
    form = Sale({"quantity": "1,250", "quantity_asked": "1,250", "quantity_reading": "9999"})
    assert form.errors.as_data()["quantity"][0].code == "ambiguous_comma"


def test_a_text_changed_after_the_question_wins() -> None:
    form = Sale({"quantity": "7", "quantity_asked": "1,250", "quantity_reading": "1250"})
    assert form.is_valid()
    assert form.cleaned_data["quantity"] == 7


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_missing_quantity_is_asked_for(typed: str) -> None:
    form = Sale({"quantity": typed})
    assert form.errors.as_data()["quantity"][0].code == "required"


def test_zero_is_a_quantity_only_where_nothing_can_arrive() -> None:
    assert Receipt({"quantity": "0"}).is_valid()
    assert not Sale({"quantity": "0"}).is_valid()
    assert not Receipt({"quantity": "-1"}).is_valid()


def test_a_known_quantity_is_shown_without_idle_zeros() -> None:
    html = Sale(initial={"quantity": Decimal("1250.500")}).as_div()
    assert 'value="1250.5"' in html
    assert 'inputmode="decimal"' in html
    assert 'type="text"' in html
