"""Keeps one flag of each rule and subject in step with what the last evaluation found."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings

from authorizations.models import Authorization
from oversight.acts.steps import add_step
from oversight.models import Flag, FlagState, StepKind
from registry.actors import Actor
from registry.periods import working_days_after
from rules import RULES, Facts, Finding

__all__ = ["raise_flags"]

Judged = tuple[Authorization, Facts, list[Finding]]
Key = tuple[str, str, int]
UNDECIDED = {
    "proposed_outcome": "",
    "proposed_by": None,
    "proposed_key": None,
    "second": None,
    "decided_by": None,
    "decided_at": None,
}


def raise_flags(judged: Iterable[Judged], *, at: datetime) -> None:
    """Raise, change, lift and reopen flags, those at hand locked in id order."""
    judged = list(judged)
    rows = Flag.objects.filter(authorization__in=[row for row, _facts, _found in judged])
    flags: dict[Key, Flag] = {
        (flag.rule, flag.subject_kind, flag.subject_id): flag
        for flag in rows.filter(rule__in=RULES).select_for_update(no_key=True).order_by("pk")
    }
    for row, facts, findings in judged:
        found = {_key(finding, row): finding for finding in findings}
        for key, finding in found.items():
            if key in flags:
                _support(flags[key], finding, facts, row, at)
            else:
                _raise(finding, key, facts, row, at)
        mine = {key: flag for key, flag in flags.items() if flag.authorization_id == row.pk}
        _lift(mine, found, facts, row, at)


def _key(finding: Finding, row: Authorization) -> Key:
    subject = finding.sale if finding.subject == "sale" else row.pk
    assert subject is not None  # a rule about sales names one
    return finding.rule, finding.subject, subject


def _raise(finding: Finding, key: Key, facts: Facts, row: Authorization, at: datetime) -> None:
    rule, subject_kind, subject_id = key
    flag = Flag.objects.create(
        jurisdiction=row.jurisdiction,
        rule=rule,
        severity=finding.severity,
        subject_kind=subject_kind,
        subject_id=subject_id,
        authorization=row,
        sale_id=finding.sale,
        buyer_id=row.buyer_id,
        seller_id=row.seller_id,
        evidence=finding.evidence,
        version=facts.version,
        raised_at=at,
        due_at=_due(row, at),
        steps_count=0,
    )
    _step(flag, StepKind.RAISED, row, at)


def _due(row: Authorization, at: datetime) -> datetime:
    return working_days_after(at, settings.REVIEW_DUE_WORKING_DAYS, row.jurisdiction.zone)


def _step(flag: Flag, kind: StepKind, row: Authorization, at: datetime) -> None:
    data = {"version": flag.version, "evidence": flag.evidence}
    add_step(flag, kind, at=at, data=data, by=Actor.portal(row.jurisdiction))


def _support(flag: Flag, finding: Finding, facts: Facts, row: Authorization, at: datetime) -> None:
    """Note that the facts support the flag, reopening a reviewed one if they changed."""
    changed = flag.evidence != finding.evidence or flag.severity != finding.severity
    lifted = not flag.holds
    flag.version, flag.holds = facts.version, True
    flag.evidence, flag.severity, flag.sale_id = finding.evidence, finding.severity, finding.sale
    fields = ["version", "holds", "evidence", "severity", "sale"]
    reopened = changed and flag.state != FlagState.OPEN
    if reopened:
        flag.state, flag.due_at = FlagState.OPEN, _due(row, at)
        for name, value in UNDECIDED.items():
            setattr(flag, name, value)
        fields += ["state", "due_at", *UNDECIDED]
    flag.save(update_fields=fields)
    if changed or lifted:
        _step(flag, StepKind.REOPENED if reopened else StepKind.CHANGED, row, at)


def _lift(
    flags: Mapping[Key, Flag],
    found: Mapping[Key, Finding],
    facts: Facts,
    row: Authorization,
    at: datetime,
) -> None:
    """Mark what is no longer supported; it stays for an officer to end."""
    for key, flag in flags.items():
        if key in found:
            continue
        was_held = flag.holds
        flag.version, flag.holds = facts.version, False
        flag.save(update_fields=["version", "holds"])
        if was_held:
            _step(flag, StepKind.LIFTED, row, at)
