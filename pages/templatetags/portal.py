"""How numbers, times, states and codes are shown: `{% load portal %}`."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from authorizations.models import Status
from oversight.models import FlagState, Severity
from pages import numbers_in_words
from precursors.quantities import UNITS
from registry import clock
from registry.models.firms import PermitState, Standing
from registry.models.proposals import ProposalState
from registry.plates import write_plate
from registry.tax_numbers import PERU

register = template.Library()
# In this order: most of them claim to be others, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2013"
BETWEEN_PLATES = " / "
DNI = re.compile(r"[0-9]{8}", re.ASCII)

LABELS: dict[str, Any] = {
    **dict(ProposalState.choices),
    **dict(PermitState.choices),
    **dict(Standing.choices),
    **dict(Severity.choices),
    **dict(FlagState.choices),
    **dict(Status.choices),
}
# Each state's color and icon; the word always stands beside them.
LOOKS = {
    ProposalState.PROPOSED: ("purple", "people"),
    ProposalState.APPROVED: ("green", "check"),
    ProposalState.WITHDRAWN: ("grey", "back"),
    Status.PENDING: ("yellow", "clock"),
    Status.ISSUED: ("green", "check"),
    Status.CLOSED: ("grey", "lock"),
    Status.REFUSED: ("red", "cross"),
    Status.CANCELLED: ("grey", "back"),
    Status.REVOKED: ("red", "cross"),
    Status.EXPIRED: ("grey", "clock"),
    FlagState.OPEN: ("orange", "flag"),
    FlagState.AWAITING_SECOND: ("purple", "people"),
    FlagState.EXPLAINED: ("green", "check"),
    FlagState.DISMISSED: ("grey", "dash"),
    FlagState.CONFIRMED: ("red", "bang"),
    Severity.HIGH: ("red", "up"),
    Severity.MEDIUM: ("yellow", "bang"),
    Severity.LOW: ("grey", "dash"),
    Standing.IN_FORCE: ("green", "check"),
    Standing.SUSPENDED: ("orange", "bang"),
    PermitState.REPLACED: ("grey", "back"),
}


@register.filter
def quantity(value: Decimal | int | str | None, unit: str = "") -> str:
    """Write `12,345.678` alike in every language: every decimal that is not zero, none rounded."""
    if value is None or value == "":
        return NOTHING
    text = f"{abs(Decimal(value)):,f}"
    number = text.rstrip("0").rstrip(".") if "." in text else text
    sign = MINUS if Decimal(value) < 0 else ""
    return sign + number + (NO_BREAK_SPACE + unit_label(unit) if unit else "")


@register.filter
def signed(value: Decimal | int | str | None, unit: str = "") -> str:
    """Write a difference with its sign: `+80 kg`, and a zero without one."""
    text = quantity(value, unit)
    return f"+{text}" if value not in (None, "") and Decimal(value) > 0 else text


@register.filter
def unit_label(unit: str) -> str:
    """The symbol people write for a unit: `m³` for `m3`."""
    return str(UNITS[unit].label) if unit in UNITS else unit


@register.filter
def in_words(value: Decimal | str | None, unit: str = "") -> str:
    """Write a quantity out: `one thousand kilograms`."""
    return "" if value in (None, "") else numbers_in_words.in_words(Decimal(str(value)), unit)


@register.filter
def inline(name: object) -> str:
    """A substance's name within a sentence: `acetone, technical`, but still `MEK`."""
    text = str(name)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


@register.filter
def fours(code: str) -> str:
    """Write a code in groups of four: `7K2M-9QXD-4T8C`."""
    bare = str(code).replace("-", "")
    return "-".join(bare[i : i + 4] for i in range(0, len(bare), 4))


@register.filter
def plates(told: str | Iterable[str]) -> str:
    """Write the plates of a load as they stand on the vehicles: `T1A-801 / T2B-114`."""
    several = told.split(BETWEEN_PLATES) if isinstance(told, str) else told
    return BETWEEN_PLATES.join(write_plate(each) for each in several)


@register.filter
def tax_number(number: str) -> str:
    """A Peruvian number by its name, `RUC 20999000011`; a foreign one names its country."""
    return f"RUC{NO_BREAK_SPACE}{number}" if PERU.fullmatch(number) else number


@register.filter
def identity(document: str) -> str:
    """A Peruvian identity document by its name, `DNI 12345678`; another one as it was told."""
    return f"DNI{NO_BREAK_SPACE}{document}" if DNI.fullmatch(document) else document


@register.filter
def browser(agent: str) -> str:
    """What a browser says of itself, as people call it; what is not known is shown as it came."""
    program = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if program and system:
        return f"{program}, {system}"
    return program or system or agent[:40] or "–"


@register.filter
def moment(value: datetime | None) -> str:
    """A date and time of day in the reader's time zone, readable by programs too."""
    if value is None:
        return NOTHING
    return _time(value.isoformat(), date_format(localtime(value), "DATETIME_FORMAT"))


@register.filter
def day(value: date | datetime | None) -> str:
    """A calendar day; of a moment, the day it fell on here."""
    if value is None:
        return NOTHING
    local = localtime(value).date() if isinstance(value, datetime) else value
    return _time(local.isoformat(), date_format(local, "SHORT_DATE_FORMAT"))


@register.filter
def age(value: datetime | None) -> str:
    """How long ago something was, in its largest unit: `3 hours`."""
    return NOTHING if value is None else timesince(value, clock.now(), depth=1)


def _time(machine: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, text)


@register.filter
def of_code(status: str) -> str:
    """The state of a code as a word within a sentence."""
    return str(dict(Status.choices).get(status, status))


@register.inclusion_tag("partials/tag.html")
def tag(value: str, label: str = "") -> dict[str, Any]:
    """A state as word, icon and color. An unknown one is grey."""
    color, icon = LOOKS.get(value, ("grey", "dot"))  # type: ignore[call-overload]
    return {"label": label or LABELS.get(value, value), "color": color, "icon": icon}


@register.inclusion_tag("partials/meter.html")
def meter(
    label: str, limit: Decimal, used: Decimal, reserved: Decimal = Decimal(0), unit: str = "kg"
) -> dict[str, Any]:
    """How much of a limit is used and reserved, as a bar and in numbers."""
    scale = max(limit, used + reserved) or Decimal(1)
    within, over = min(used, limit), max(used - limit, Decimal(0))
    return {
        "label": label,
        "limit": limit,
        "used": used,
        "reserved": reserved,
        "free": max(limit - used - reserved, Decimal(0)),
        "over": over,
        "unit": unit,
        "used_width": _percent(within, scale),
        "over_width": _percent(over, scale),
        "reserved_at": _percent(used, scale),
        "reserved_width": _percent(reserved, scale),
    }


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.2f}"


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """A QR code as an image that needs no other request."""
    source = segno.make(text, error="m", micro=False).svg_data_uri(border=3, light="#fff")
    alt = label or _("QR code for %(text)s") % {"text": text}
    return format_html(
        '<img class="app-qr" src="{}" width="176" height="176" alt="{}">', source, alt
    )
