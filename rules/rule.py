"""How a rule is registered, set and applied.

A rule is a pure function with a stable name. `@rule` checks an authorization, `@sale_rule` each
of its sales. The decorator's arguments are the defaults of the rule's settings.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from precursors.errors import Text
from rules.clocks import CLOCK, CLOCK_DEFAULTS, Span, span_of
from rules.facts import Evidence, Facts, SaleFacts
from rules.tolerance import TOLERANCE, TOLERANCE_DEFAULTS

Settings = Mapping[str, Mapping[str, Any]]

SELF_REPORT = "self_report"
# A difference that a firm reports itself within these hours counts lower, while it is at most this
# share of the standard: see rules.self_reports. Our choices, not law; without them nothing does.
SELF_REPORT_DEFAULTS = {"hours": "24", "share_max": "0.1"}
LOWER = {"high": "medium", "medium": "low"}


@dataclass(frozen=True)
class Setting:
    """The settings of one rule in one ruleset, with those that several rules share."""

    values: Mapping[str, Any]
    tolerance: Mapping[str, str]
    self_report: Mapping[str, str] = field(default_factory=dict)
    clock: Mapping[str, str] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return bool(self.values["on"])

    def number(self, name: str) -> Fraction:
        return Fraction(self.values[name])

    def hours(self, name: str) -> timedelta:
        """Return a threshold that is written in hours."""
        return _hours(self.values[name])

    def span_of(self, claimed: datetime) -> Span:
        """Return the moments that a claimed time may stand for."""
        return span_of(claimed, self.clock)

    @property
    def self_report_time(self) -> timedelta:
        return _hours(self.self_report["hours"])

    def severity(self, evidence: Evidence) -> str:
        """Return the rule's severity, or the direction's; one lower for a self-report."""
        own = self.values.get(f"severity_{evidence.get('direction')}", self.values["severity"])
        return str(LOWER.get(own, own) if "self_reported_by" in evidence else own)


def _hours(text: str) -> timedelta:
    return timedelta(seconds=int(Fraction(text) * 3600))


AuthorizationCheck = Callable[[Facts, Setting], Evidence | None]
SaleCheck = Callable[[SaleFacts, Facts, Setting], Evidence | None]
A = TypeVar("A", bound=AuthorizationCheck)
S = TypeVar("S", bound=SaleCheck)
Found = tuple[SaleFacts | None, Evidence | None]
Look = Callable[[Facts, Setting], Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule as registered. `look` yields each sale it checked, with the evidence or None."""

    name: str
    title: Text
    subject: str  # "authorization", "sale"
    defaults: Mapping[str, Any]
    replaces: tuple[str, ...] = ()
    look: Look


@dataclass(frozen=True)
class Finding:
    """One rule broken by one subject. Of an authorization, `sale` is its last one."""

    rule: str
    subject: str
    sale: int | None
    severity: str
    evidence: Evidence

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


RULES: dict[str, Rule] = {}


def rule(
    title: Text, *, severity: str, replaces: tuple[str, ...] = (), **thresholds: str
) -> Callable[[A], A]:
    """Register a rule about the authorization. While it fires, those it replaces do not."""

    def register(check: A) -> A:
        def look(facts: Facts, setting: Setting) -> Iterator[Found]:
            yield (facts.sales[-1] if facts.sales else None), check(facts, setting)

        RULES[check.__name__] = Rule(
            name=check.__name__,
            title=title,
            subject="authorization",
            defaults={"on": True, "severity": severity, **thresholds},
            replaces=replaces,
            look=look,
        )
        return check

    return register


def sale_rule(
    title: Text, *, severity: str, voided_too: bool = False, **thresholds: str
) -> Callable[[S], S]:
    """Register a rule about each sale in force; with `voided_too`, about void ones as well."""

    def register(check: S) -> S:
        def look(facts: Facts, setting: Setting) -> Iterator[Found]:
            for sale in facts.sales:
                if voided_too or not sale.is_void:
                    yield sale, check(sale, facts, setting)

        RULES[check.__name__] = Rule(
            name=check.__name__,
            title=title,
            subject="sale",
            defaults={"on": True, "severity": severity, **thresholds},
            look=look,
        )
        return check

    return register


def defaults() -> dict[str, dict[str, Any]]:
    """Return the settings of a first ruleset: every rule on, at its default thresholds."""
    return {
        TOLERANCE: dict(TOLERANCE_DEFAULTS),
        CLOCK: dict(CLOCK_DEFAULTS),
        SELF_REPORT: dict(SELF_REPORT_DEFAULTS),
        **{name: dict(registered.defaults) for name, registered in RULES.items()},
    }


def evaluate(facts: Facts, settings: Settings) -> list[Finding]:
    """Apply every rule that the settings turn on; a rule they do not name is off."""
    found = [finding for name in sorted(RULES) for finding in _findings(name, facts, settings)]
    replaced = {name for finding in found for name in RULES[finding.rule].replaces}
    return [finding for finding in found if finding.rule not in replaced]


def _findings(name: str, facts: Facts, settings: Settings) -> Iterator[Finding]:
    if name not in settings:
        return
    registered = RULES[name]
    setting = Setting(
        settings[name],
        settings[TOLERANCE],
        settings.get(SELF_REPORT, {}),
        settings.get(CLOCK, {}),
    )
    if not setting.on:
        return
    for sale, evidence in registered.look(facts, setting):
        if evidence is not None:
            sale_id = sale.id if sale else None
            yield Finding(name, registered.subject, sale_id, setting.severity(evidence), evidence)
