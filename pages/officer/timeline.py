"""What happened to an authorization and its flags, as officers read it: the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from oversight.access import sees_drawn
from oversight.models import Flag, FlagState, FlagStep, StepKind
from registry.actors import Actor
from registry.models import Event, User
from rules import RULES

Text = str | Promise

EVENTS: dict[str, Text] = {
    "authorization.requested": gettext_lazy("Code requested"),
    "authorization.issued": gettext_lazy("Code issued"),
    "authorization.refused": gettext_lazy("Request refused"),
    "authorization.cancelled": gettext_lazy("Cancelled by the buyer"),
    "authorization.revoked": gettext_lazy("Code revoked"),
    "authorization.expired": pgettext_lazy("event", "Expired"),
    "authorization.looked_up": gettext_lazy("Looked up by the vendor"),
    "authorization.without_code": gettext_lazy("Opened for a sale without a code"),
    "authorization.sale": gettext_lazy("Sale recorded"),
    "authorization.correction": gettext_lazy("Sale corrected"),
    "authorization.void": gettext_lazy("Sale made void"),
    "authorization.received": gettext_lazy("Receipt confirmed"),
    "authorization.receipt_corrected": gettext_lazy("Receipt corrected"),
    "authorization.claim_confirmed": gettext_lazy("Sale without a code confirmed"),
    "authorization.agreed": gettext_lazy("Lower figure agreed to"),
    "authorization.not_sold": gettext_lazy("The vendor sold no more"),
    "authorization.released": gettext_lazy("Held quantity released"),
}
STEPS: dict[str, Text] = {
    StepKind.RAISED: pgettext_lazy("step", "flag raised"),
    StepKind.LIFTED: pgettext_lazy("step", "no longer supported by the facts"),
    StepKind.CHANGED: pgettext_lazy("step", "the facts changed"),
    StepKind.REOPENED: pgettext_lazy("step", "open again, the facts changed after the decision"),
    StepKind.ASSIGNED: pgettext_lazy("step", "assigned to %(name)s"),
    StepKind.PROPOSED: pgettext_lazy("step", "proposed to end as “%(outcome)s”"),
    StepKind.DRAWN: pgettext_lazy("step", "%(name)s drawn as second officer"),
    StepKind.AGREED: pgettext_lazy("step", "second officer agreed: “%(outcome)s”"),
    StepKind.OVERRULED: pgettext_lazy("step", "second officer overruled: “%(outcome)s”"),
    StepKind.DECIDED: pgettext_lazy("step", "ended as “%(outcome)s”"),
}
NAMED = ("to", "officer")  # where a step keeps a person
DRAWN_UNNAMED = pgettext_lazy("step", "an officer was drawn as second officer")
TOO_FEW = pgettext_lazy("step", "too few officers to draw a second from: it waits")


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as the timeline shows it."""

    at: datetime
    title: str
    text: str
    by: str
    quantity: str = ""
    unit: str = ""


def timeline(events: Iterable[Event], steps: Iterable[FlagStep], by: Actor) -> list[Entry]:
    """Merge both, the newest first; in one moment, what was recorded later is newer."""
    steps = list(steps)
    names = _names(steps)
    entries = [*map(_event, events), *(step_entry(step, names, by) for step in steps)]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def steps_since(flag: Flag, seen: int, by: Actor) -> list[Entry]:
    """What happened to a flag after the steps somebody had before them."""
    steps = list(flag.steps.filter(sequence__gt=seen).select_related("flag", "user", "api_key"))
    names = _names(steps)
    return [step_entry(step, names, by) for step in steps]


def _names(steps: Iterable[FlagStep]) -> dict[Any, str]:
    """The people whom steps name, in one query."""
    named = {step.data.get(key) for step in steps for key in NAMED} - {None}
    people = User.objects.in_bulk(named) if named else {}
    return {pk: str(user) for pk, user in people.items()}


def step_entry(step: FlagStep, names: dict[Any, str], by: Actor) -> Entry:
    person = next((step.data[key] for key in NAMED if step.data.get(key)), None)
    outcome = step.data.get("outcome")
    event = str(_sentence(step, by)) % {
        "name": names.get(person, _("nobody")),
        "outcome": FlagState(outcome).label if outcome else "",
    }
    return Entry(step.at, f"{rule_title(step.flag)}: {event}", step.note, actor_of(step))


def _sentence(step: FlagStep, by: Actor) -> Text:
    if step.kind != StepKind.DRAWN:
        return STEPS[step.kind]
    drawn = step.data.get("officer")
    if drawn is None:
        return TOO_FEW
    return STEPS[step.kind] if sees_drawn(step.flag, drawn, by) else DRAWN_UNNAMED


def _event(event: Event) -> Entry:
    data = event.data
    return Entry(
        event.at,
        str(EVENTS.get(event.kind, event.kind)),
        str(data.get("reason", "")),
        actor_of(event),
        quantity=data.get("quantity", ""),
        unit=data.get("unit", ""),
    )


def actor_of(row: Event | FlagStep) -> str:
    if row.user:
        return str(row.user)
    return row.api_key.name if row.api_key else _("the portal")


def rule_title(flag: Flag) -> Text:
    """The rule by its name; one that is no longer in the book, by its code."""
    rule = RULES.get(flag.rule)
    return rule.title if rule else flag.rule
