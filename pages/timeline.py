"""What happened to a code, as either party may read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from authorizations.models import Authorization, Outcome
from pages.templatetags.portal import quantity
from registry.models import Event

ActorName = Callable[[Authorization], str]


@dataclass(frozen=True)
class Entry:
    title: str
    at: datetime
    by: str
    text: str = ""


def _buyer(authorization: Authorization) -> str:
    return authorization.buyer.name


def _vendor(authorization: Authorization) -> str:
    return authorization.seller.name


def _authority(_authorization: Authorization) -> str:
    return gettext("The authority")


def _portal(_authorization: Authorization) -> str:
    return gettext("The portal")


# Only these are shown; an event of any other kind is the authority's own.
SHOWN: dict[str, tuple[str | Promise, ActorName]] = {
    "requested": (_("Requested: %(amount)s"), _buyer),
    "issued": (_("Issued"), _authority),
    "refused": (_("Refused"), _authority),
    "revoked": (_("Revoked"), _authority),
    "cancelled": (_("Cancelled"), _buyer),
    "expired": (pgettext_lazy("event", "Expired"), _portal),
    "looked_up": (_("Code shown to the vendor"), _vendor),
    "without_code": (_("Sale reported without a code"), _vendor),
    "sale": (_("Sale recorded: %(amount)s"), _vendor),
    "correction": (_("Sale corrected: %(amount)s"), _vendor),
    "void": (_("Sale declared void"), _vendor),
    "not_sold": (_("Vendor: nothing more was sold"), _vendor),
    "received": (_("Receipt confirmed: %(amount)s"), _buyer),
    "receipt_corrected": (_("Receipt corrected: %(amount)s"), _buyer),
    "claim_confirmed": (_("Sale without a code confirmed"), _authority),
    "agreed": (_("Lower figure accepted"), _authority),
    "released": (_("Held quantity released"), _portal),
}


def timeline(authorization: Authorization, events: Iterable[Event]) -> list[Entry]:
    """The events of an authorization that a party may see, in the given order."""
    kinds = [(event, event.kind.partition(".")[2]) for event in events]
    return [_entry(authorization, event, kind) for event, kind in kinds if kind in SHOWN]


def _entry(authorization: Authorization, event: Event, kind: str) -> Entry:
    title, who = SHOWN[kind]
    if event.user_id is None and event.api_key_id is None:
        who = _portal
    return Entry(
        title=str(title) % {"amount": _amount(event.data)},
        at=event.at,
        by=who(authorization),
        text=_text(event.data),
    )


def _amount(data: dict[str, Any]) -> str:
    return quantity(data["quantity"], data["unit"]) if "quantity" in data else ""


def _text(data: dict[str, Any]) -> str:
    """The reason that was given, or the outcome of a receipt."""
    reason = str(data.get("reason", ""))
    if data.get("outcome") in Outcome.values:
        outcome = str(Outcome(data["outcome"]).label)
        return f"{outcome}. {reason}" if reason else outcome
    return reason
