"""The book of rules: how a rule is entered, set and applied.

A rule is a pure function with a stable name. `@rule` looks at an authorization, `@sale_rule`
at each of its sales. What the decorator is given is the default of the rule's settings.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from precursors.errors import Text
from rules.facts import Evidence, Facts, SaleFacts
from rules.tolerance import TOLERANCE, TOLERANCE_DEFAULTS

Settings = Mapping[str, Mapping[str, Any]]

SELF_REPORT = "self_report"
# What a firm tells itself so soon counts lower, while it is at most this share of what it should
# be: see rules.self_reports. Choices of ours too; a ruleset without them lowers nothing.
SELF_REPORT_DEFAULTS = {"hours": "24", "share_max": "0.1"}
LOWER = {"high": "medium", "medium": "low"}


@dataclass(frozen=True)
class Setting:
    """What one ruleset says of one rule, with what several share."""

    values: Mapping[str, Any]
    tolerance: Mapping[str, str]
    self_report: Mapping[str, str] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return bool(self.values["on"])

    def number(self, name: str) -> Fraction:
        return Fraction(self.values[name])

    def hours(self, name: str) -> timedelta:
        """A threshold that is written in hours."""
        return _hours(self.values[name])

    @property
    def self_report_time(self) -> timedelta:
        return _hours(self.self_report["hours"])

    def severity(self, evidence: Evidence) -> str:
        """The rule's, or its own for a direction; one lower for what a firm told itself."""
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
    """A rule as entered. `look` yields what it finds, with the sale it was found on."""

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
    """Enter a rule about the authorization. While it fires, those it replaces do not."""

    def enter(check: A) -> A:
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

    return enter


def sale_rule(
    title: Text, *, severity: str, voided_too: bool = False, **thresholds: str
) -> Callable[[S], S]:
    """Enter a rule about each sale that stands, or about those made void as well."""

    def enter(check: S) -> S:
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

    return enter


def defaults() -> dict[str, dict[str, Any]]:
    """The settings of a first ruleset: every rule on, at the thresholds it was entered with."""
    return {
        TOLERANCE: dict(TOLERANCE_DEFAULTS),
        SELF_REPORT: dict(SELF_REPORT_DEFAULTS),
        **{name: dict(entered.defaults) for name, entered in RULES.items()},
    }


def evaluate(facts: Facts, settings: Settings) -> list[Finding]:
    """Apply every rule that the settings turn on; one they do not name is off."""
    found = [finding for name in sorted(RULES) for finding in _findings(name, facts, settings)]
    replaced = {name for finding in found for name in RULES[finding.rule].replaces}
    return [finding for finding in found if finding.rule not in replaced]


def _findings(name: str, facts: Facts, settings: Settings) -> Iterator[Finding]:
    if name not in settings:
        return
    entered = RULES[name]
    setting = Setting(settings[name], settings[TOLERANCE], settings.get(SELF_REPORT, {}))
    if not setting.on:
        return
    for sale, evidence in entered.look(facts, setting):
        if evidence is not None:
            sale_id = sale.id if sale else None
            yield Finding(name, entered.subject, sale_id, setting.severity(evidence), evidence)
