"""One tax number, however it is written, is one number; a rule that is not certain says so."""

import pytest

from registry.tax_numbers import NO_CHECK_DIGIT, NO_RULE, UNCHECKED, looked_up, read_tax_id
from tests.registry.numbers import ruc
from tests.registry.refusals import refused

MINE = ruc(1)


def read(text: str, home: str = "PE") -> str:
    return read_tax_id(text, home=home).stored


@pytest.mark.parametrize(
    "written",
    [
        f"{MINE[:2]} {MINE[2:]}",
        f"{MINE[:2]}-{MINE[2:10]}-{MINE[10]}",
        f"{MINE[:2]}.{MINE[2:]}",
        f"PE:{MINE}",
        f" pe : {MINE}\u200b",
        f"PE{MINE}",
        f"RUC {MINE}",
        f"R.U.C. N° {MINE}",
        f"ruc: {MINE}",
        "\ufeff" + "".join(chr(ord(digit) + 0xFEE0) for digit in MINE),
    ],
)
def test_a_peruvian_number_is_the_same_however_it_is_written(written: str) -> None:
    assert read(written) == MINE
    assert read_tax_id(written, home="PE").note == ""


@pytest.mark.parametrize("prefix", ["10", "15", "16", "17", "20"])
def test_every_kind_of_taxpayer_of_peru_is_known(prefix: str) -> None:
    number = next(f"{prefix}12345678{digit}" for digit in range(10) if _is_valid(prefix, digit))
    assert read(number) == number


def _is_valid(prefix: str, digit: int) -> bool:
    digits = [int(sign) for sign in f"{prefix}12345678"]
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    total = sum(weight * sign for weight, sign in zip(weights, digits, strict=True))
    return (11 - total % 11) % 10 == digit


@pytest.mark.parametrize("wrong", ["11", "12", "18", "21"])
def test_no_other_kind_of_taxpayer_is(wrong: str) -> None:
    for digit in range(10):
        with refused("tax_id_invalid", "tax_id"):
            read(f"{wrong}12345678{digit}")


@pytest.mark.parametrize(
    "written",
    [
        "CO:900123457",
        "CO:900.123.457",
        "CO:900.123.457-5",
        "co:9001234575",
        "CO:900123457–5",
        "CO：900 123 457 − 5",
        "CO:NIT 900.123.457-5",
    ],
)
def test_a_colombian_firm_is_one_with_its_check_digit_or_without(written: str) -> None:
    assert read(written) == "CO:900123457"
    assert read(read(written)) == "CO:900123457"


def test_no_colombian_number_is_taken_for_another_because_its_last_digit_fits() -> None:
    """Of 900,000,000 numbers one in eleven ends with what its first eight would be checked by."""
    for base in range(900_000_000, 900_000_040):
        assert read(f"CO:{base}") == f"CO:{base}"


def test_a_person_of_colombia_has_up_to_eight_digits_or_ten() -> None:
    assert read("CO:1.012.345.678") == "CO:1012345678"
    assert read("CO:80.123.456") == "CO:80123456"


def test_a_check_digit_that_is_wrong_is_refused() -> None:
    for wrong in ("CO:900.123.457-6", "CO:9001234576", "PY:80028061-1", "PY:800280611"):
        with refused("tax_id_invalid", "tax_id"):
            read(wrong)


def test_a_number_given_without_its_check_digit_is_taken_with_a_note() -> None:
    assert read_tax_id("CO:900123457", home="PE").note == NO_CHECK_DIGIT
    assert read_tax_id("CO:900123457-5", home="PE").note == ""


@pytest.mark.parametrize("written", ["PY:80028061", "PY:80028061-0", "PY:800280610"])
def test_a_paraguayan_firm_is_one_too(written: str) -> None:
    assert read(written) == "PY:80028061"


def test_a_number_of_ecuador_without_a_valid_check_digit_is_taken_with_a_note() -> None:
    found = read_tax_id("EC:1790012345-001", home="PE")
    assert (found.stored, found.note) == ("EC:1790012345001", UNCHECKED)
    assert read_tax_id("EC:1792060346-001", home="PE").note == ""


@pytest.mark.parametrize(
    "wrong", ["1790012345000", "2590012345001", "1770012345001", "17900123450"]
)
def test_what_no_number_of_ecuador_looks_like_is_refused(wrong: str) -> None:
    with refused("tax_id_invalid", "tax_id"):
        read(f"EC:{wrong}")


def test_a_number_of_a_country_without_a_rule_is_taken_with_a_note() -> None:
    assert read_tax_id("BO:1020-70", home="PE").note == NO_RULE


def test_a_mexican_number_may_begin_as_the_name_of_a_number_does() -> None:
    assert read("MX:RUT950101AB1") == "MX:RUT950101AB1"


def test_what_is_no_number_is_looked_up_as_it_is() -> None:
    assert looked_up("nobody\u200b", home="PE") == "NOBODY"
    assert looked_up("XX:1", home="PE") == "XX:1"
