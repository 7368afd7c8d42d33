"""Checks values as people and programs enter them, and returns them as they are stored."""

import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from precursors import quantities
from precursors.errors import Refused
from precursors.quantities import Quantity

# Control characters, surrogates, and what changes the direction of the text: one name could be
# shown as another.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
UBIGEO = re.compile(r"(0[1-9]|1[0-9]|2[0-5])[0-9]{4}", re.ASCII)  # 25 departments
REASON_LENGTH = 1000  # characters: of columns, forms and bodies alike
POSITION_DECIMALS_MAX = 6  # about 0.1 m
LATITUDE_MAX, LONGITUDE_MAX = Decimal(90), Decimal(180)


def text(value: str, *, field: str, at_most: int) -> str:
    """Return a text without outer spaces. Raises Refused: blank, not_text, too_long."""
    if not (kept := optional_text(value, field=field, at_most=at_most)):
        raise Refused("blank", _("This must not be empty."), field=field)
    return kept


def optional_text(value: str, *, field: str, at_most: int) -> str:
    """Return a text, perhaps empty, without outer spaces. Raises Refused: not_text, too_long."""
    kept = unicodedata.normalize("NFC", value).strip()
    if UNWRITABLE.search(kept):
        raise Refused("not_text", _("This holds signs that are not text."), field=field)
    if len(kept) > at_most:
        sentence = _("This may have at most %(length)s letters.") % {"length": at_most}
        raise Refused("too_long", sentence, field=field)
    return kept


def email(value: str) -> str:
    """Return an e-mail address as it is stored. Raises Refused("email_invalid")."""
    address = value.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(
            "email_invalid", _("This is not an e-mail address."), field="email"
        ) from error
    return address


def mass_kg(quantity: Quantity, *, field: str) -> Decimal:
    """Return a mass in kg, to six decimals. Raises Refused: mass_required, quantity_too_large."""
    if quantity.unit.dimension != "mass":
        raise Refused("mass_required", _("Give this by mass, such as in kg."), field=field)
    return quantities.product_kg(quantity, None)


def ubigeo(value: str) -> str:
    """Check the code of a Peruvian district, or nothing. Raises Refused("ubigeo_invalid")."""
    if value and not UBIGEO.fullmatch(value):
        sentence = _("A ubigeo has six digits, the first two being a department from 01 to 25.")
        raise Refused("ubigeo_invalid", sentence, field="ubigeo")
    return value


def position(latitude: Decimal | None, longitude: Decimal | None) -> None:
    """Check coordinates in degrees, both or none.

    Raises Refused: position_incomplete, position_invalid.
    """
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        sentence = _("Give both latitude and longitude, or neither.")
        raise Refused("position_incomplete", sentence, field=missing)
    _degrees(latitude, LATITUDE_MAX, field="latitude")
    _degrees(longitude, LONGITUDE_MAX, field="longitude")


def _degrees(value: Decimal | None, limit: Decimal, *, field: str) -> None:
    if value is None:
        return
    exact = value.is_finite() and -int(value.as_tuple().exponent) <= POSITION_DECIMALS_MAX
    if not exact or abs(value) > limit:
        sentence = _("Give degrees from −%(limit)s to %(limit)s, with at most six decimals.")
        raise Refused("position_invalid", sentence % {"limit": limit}, field=field)


def given_reason(reason: str) -> str:
    """Return a reason without outer spaces. Raises Refused: no_reason, not_text, too_long."""
    if not (kept := optional_text(reason, field="reason", at_most=REASON_LENGTH)):
        raise Refused("no_reason", _("Give a reason."), field="reason")
    return kept
