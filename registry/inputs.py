"""Checks values as people and programs enter them, and returns them as they are stored."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from precursors import quantities, signs
from precursors.errors import Refused
from precursors.quantities import Quantity
from registry.districts import is_district

REASON_LENGTH = 1000  # characters: of columns, forms and bodies alike
POSITION_DECIMALS_MAX = 6  # about 0.1 m
LATITUDE_MAX, LONGITUDE_MAX = Decimal(90), Decimal(180)


def text(value: str, *, field: str, at_most: int, lines: bool = False) -> str:
    """Return a text that shows something. Raises Refused: blank, not_text, too_long."""
    if not (kept := optional_text(value, field=field, at_most=at_most, lines=lines)):
        raise Refused("blank", _("This must not be empty."), field=field)
    return kept


def optional_text(value: str, *, field: str, at_most: int, lines: bool = False) -> str:
    """Return a text, perhaps empty, in one line or in several, without what shows nothing.

    Raises Refused: not_text, too_long.
    """
    kept = signs.shown(value, lines=lines)
    if not signs.is_text(kept):
        raise Refused("not_text", _("This holds signs that are not text."), field=field)
    if len(kept) > at_most:
        sentence = _("This may have at most %(length)s letters.") % {"length": at_most}
        raise Refused("too_long", sentence, field=field)
    return kept


def number(value: str, *, field: str, at_most: int) -> str:
    """Return the number of a document, with plain hyphens and digits. Raises as `text`."""
    return text(signs.plain(value), field=field, at_most=at_most)


def number_spellings(value: str) -> list[str]:
    """A document's number as it is stored now, and as it was before hyphens were made plain."""
    return list(dict.fromkeys([signs.plain(value), value]))


def email(value: str) -> str:
    """Return an e-mail address as it is stored. Raises Refused("email_invalid")."""
    address = signs.plain(value).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(
            "email_invalid", _("This is not an e-mail address."), field="email"
        ) from error
    return address


def mass_kg(quantity: Quantity, *, field: str) -> Decimal:
    """Return a mass in kg, to six decimals.

    Raises Refused: mass_required, quantity_too_large, quantity_too_small (nothing would be left).
    """
    if quantity.unit.dimension != "mass":
        raise Refused("mass_required", _("Give this by mass, such as in kg."), field=field)
    try:
        kg = quantities.product_kg(quantity, None)
    except Refused as refusal:  # which knows no field but a quantity's own
        raise Refused(refusal.code, refusal.message, field=field) from refusal
    if not kg:
        raise Refused("quantity_too_small", _("This is less than a milligram."), field=field)
    return kg


def ubigeo(value: str) -> str:
    """Check the code of a Peruvian district, or nothing. Raises Refused("ubigeo_invalid")."""
    value = signs.plain(value)
    if value and not is_district(value):
        sentence = _("No district has this ubigeo: six digits, as in INEI's list.")
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
    if not (kept := optional_reason(reason)):
        raise Refused("no_reason", _("Give a reason."), field="reason")
    return kept


def optional_reason(reason: str) -> str:
    """Return a reason, perhaps empty. Raises Refused: not_text, too_long."""
    return optional_text(reason, field="reason", at_most=REASON_LENGTH, lines=True)
