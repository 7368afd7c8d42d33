"""Tax numbers, however they are written, checked by the rules of their country."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.co import nit
from stdnum.exceptions import ValidationError
from stdnum.pe import ruc
from stdnum.py import ruc as py_ruc
from stdnum.util import get_cc_module

from precursors.errors import Refused
from precursors.signs import plain

ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(ISO_3166.split())
KINDS = ("vat", "tin")  # python-stdnum's names of a country's taxpayer number
ELSEWHERE = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)
BETWEEN = re.compile(r"[\s.,\-/\\·•∙⋅・]+")
# What people write before a number: its name on the papers, and "number".
NAMES = ("RUC", "NIT", "RUT", "CUIT", "CNPJ", "RFC", "RIF", "NIF")
LABEL = re.compile(rf"({'|'.join(NAMES)})(N[°ºO]?|NRO|#)?[:°º]?(?=[0-9])")
# Of a natural person 10, 15, 16 or 17; of any other taxpayer 20.
PERU = re.compile(r"(10|15|16|17|20)[0-9]{9}", re.ASCII)
# Ecuador gives out numbers without a valid check digit by now: a province (30 is abroad) or 50,
# a kind of taxpayer, and a branch that is not zero.
ECUADOR = re.compile(r"(0[1-9]|1[0-9]|2[0-4]|30|50)[0-69][0-9]{7}(?!000)[0-9]{3}", re.ASCII)
CHECK_DIGIT = re.compile(r"-\s*[0-9]$", re.ASCII)

UNCHECKED = _(
    "The check digit of the tax number does not fit, and its country gives out such numbers:"
    " compare it with a document."
)
NO_RULE = _(
    "Tax numbers of this country cannot be checked here: compare the number with a document."
)
NO_CHECK_DIGIT = _(
    "The tax number is taken to be without its check digit: compare it with a document."
)


@dataclass(frozen=True)
class TaxNumber:
    """A number as it is stored, its country, and what could not be checked of it."""

    country: str
    stored: str
    note: str | Promise = ""


def read_tax_id(text: str, *, country: str = "", home: str) -> TaxNumber:
    """Read a tax number as people write it. One number is stored in one way.

    A number of another country than `home` has that country first: `CO:900123456`.
    Raises Refused: tax_id_invalid, country_unknown.
    """
    named, number = _parted(text)
    land = _country(named or country or home, field="tax_id" if named else "country")
    if country and _country(country) != land:
        raise _invalid(land)
    number = _compact(number, land)
    checked, note = RULES.get(land, _elsewhere)(number, land)
    return TaxNumber(land, stored(checked, country=land, home=home), note)


def normal_tax_id(text: str, *, country: str = "", home: str) -> tuple[str, str]:
    """Return a tax number's country, and the number as it is stored. Raises as `read_tax_id`."""
    read = read_tax_id(text, country=country, home=home)
    return read.country, read.stored


def looked_up(text: str, *, home: str) -> str:
    """Return a number as it would be stored; of one that is not right, what finds nothing."""
    try:
        return read_tax_id(text, home=home).stored
    except Refused:
        return plain(text).upper()


def stored(number: str, *, country: str, home: str) -> str:
    """Return a number as it is stored: a foreign one with its country first."""
    return number if country == home else f"{country}:{number}"


def _parted(text: str) -> tuple[str, str]:
    """The country that stands before the colon, if any, and the number."""
    text = plain(text).upper()
    named, colon, number = text.partition(":")
    if not colon or BETWEEN.sub("", named) in NAMES:
        named, number = "", text
    return named.strip(), number.strip()


def _compact(number: str, country: str) -> str:
    """Keep the hyphen before a check digit, and nothing else that stands before or between."""
    digit = CHECK_DIGIT.search(number)
    compact = BETWEEN.sub("", number[: digit.start()] if digit else number)
    if country != "MX":  # where a number may begin with any letters
        compact = LABEL.sub("", compact.replace(":", ""), count=1)
    return f"{compact}-{digit[0][-1]}" if digit else compact


def _country(text: str, *, field: str = "country") -> str:
    country = plain(text).upper()
    if country not in COUNTRIES:
        sentence = _("Name the country by its two letters, such as PE.")
        raise Refused("country_unknown", sentence, field=field)
    return country


def _peru(number: str, country: str) -> tuple[str, str]:
    compact = BETWEEN.sub("", number).removeprefix(country)
    if not PERU.fullmatch(compact) or compact[-1] != ruc.calc_check_digit(compact):
        raise _invalid(country)
    return compact, ""


def _ecuador(number: str, country: str) -> tuple[str, str | Promise]:
    compact = BETWEEN.sub("", number).removeprefix(country)
    if not ECUADOR.fullmatch(compact):
        raise _invalid(country)
    return compact, "" if _by_library(compact, country) else UNCHECKED


def _check_digit_apart(calculate: Callable[[str], str], ends_with_it: re.Pattern[str]) -> "Rule":
    """The rule of a country that tells the check digit apart, and whose people leave it out.

    The number is stored without it, since whether the last digit happens to fit says nothing.
    Where it is not set apart by a hyphen, the number's form tells: `ends_with_it`.
    """

    def rule(number: str, country: str) -> tuple[str, str | Promise]:
        base, hyphen, digit = number.removeprefix(country).partition("-")
        if not hyphen and ends_with_it.fullmatch(base):
            base, digit = base[:-1], base[-1]
        if not re.fullmatch(r"[0-9]{4,10}", base, re.ASCII):
            raise _invalid(country)
        if digit and digit != calculate(base):
            raise _invalid(country)
        return base, "" if digit else NO_CHECK_DIGIT

    return rule


def _elsewhere(number: str, country: str) -> tuple[str, str | Promise]:
    compact = BETWEEN.sub("", number)
    if valid := _by_library(compact, country):
        return valid, ""
    if valid is not None or not ELSEWHERE.fullmatch(compact):
        raise _invalid(country)
    return compact, NO_RULE


def _by_library(number: str, country: str) -> str | None:
    """The number as python-stdnum writes it, "" if it finds it wrong; None: it has no rule."""
    modules = (get_cc_module(country.lower(), kind) for kind in KINDS)
    module = next((found for found in modules if found), None)
    if module is None:
        return None
    try:
        valid: str = module.validate(number)
    except ValidationError:
        return ""
    return valid


def _invalid(country: str) -> Refused:
    sentence = _("This is not a valid tax number of %(country)s. Check each digit.")
    if country == "PE":
        sentence = _("Enter a valid RUC: check each of its 11 digits.")
    return Refused("tax_id_invalid", sentence % {"country": country}, field="tax_id")


Rule = Callable[[str, str], tuple[str, str | Promise]]
# A Colombian firm has nine digits, from 800,000,000 on; a person has up to eight, or ten that
# begin with 1. A Paraguayan firm has eight, from 80,000,000 on; a person has up to seven.
RULES: dict[str, Rule] = {
    "PE": _peru,
    "EC": _ecuador,
    "CO": _check_digit_apart(nit.calc_check_digit, re.compile(r"[02-9][0-9]{9}|1[0-9]{10}")),
    "PY": _check_digit_apart(py_ruc.calc_check_digit, re.compile(r"[0-9]{9}|(?!80)[0-9]{8}")),
}
