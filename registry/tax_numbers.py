"""Tax numbers, checked by the rules of their country."""

import re

from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from precursors.errors import Refused

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
BETWEEN = re.compile(r"[\s.\-/]+")


def normal_tax_id(text: str, *, country: str = "", home: str) -> tuple[str, str]:
    """Return a tax number's country, and the number as it is stored.

    A number of another country than `home` has that country first: `CO:9001234568`.
    Raises Refused: tax_id_invalid, country_unknown.
    """
    named, colon, number = text.strip().partition(":")
    if not colon:
        named, number = "", text
    land = _country(named or country or home)
    if country and _country(country) != land:
        raise _invalid(land)
    return land, stored(_checked(number, land), country=land, home=home)


def stored(number: str, *, country: str, home: str) -> str:
    """Return a number as it is stored: a foreign one with its country first."""
    return number if country == home else f"{country}:{number}"


def _country(text: str) -> str:
    country = text.strip().upper()
    if country not in COUNTRIES:
        sentence = _("Name the country by its two letters, such as PE.")
        raise Refused("country_unknown", sentence, field="country")
    return country


def _checked(number: str, country: str) -> str:
    modules = (get_cc_module(country.lower(), kind) for kind in KINDS)
    module = next((found for found in modules if found), None)
    if module is None:
        return _alphanumeric(number, country)
    try:
        valid: str = module.validate(number)
    except ValidationError as error:
        raise _invalid(country) from error
    return valid


def _alphanumeric(number: str, country: str) -> str:
    """Where no rule is known, only check that it is letters and digits."""
    compact = BETWEEN.sub("", number).upper()
    if not ELSEWHERE.fullmatch(compact):
        raise _invalid(country)
    return compact


def _invalid(country: str) -> Refused:
    sentence = _("This is not a valid tax number of %(country)s. Check each digit.")
    return Refused("tax_id_invalid", sentence % {"country": country}, field="tax_id")
