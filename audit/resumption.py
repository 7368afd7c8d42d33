"""Codes are issued again after a halt: one person proposes it, and an officer approves.

A proposal names the errors that are known then, and those alone are accepted: where others were
found since, it is refused. An authority resumes the issue in its sandboxes, too.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.halt import lock_jurisdictions, set_halted, unaccepted
from audit.invariants import HALTING
from audit.models import Violation
from precursors.errors import Refused
from registry import clock, events
from registry.actors import Actor
from registry.inputs import given_reason
from registry.models import Jurisdiction, Proposal
from registry.models.proposals import ProposalState
from registry.proposals import Change, Draft, act, enter, withdraw_all

__all__ = ["errors_named", "known_errors", "propose_resuming", "waiting_to_resume"]

ACT = "issuing.resume"
RECORDED_MAX = 100  # of what was accepted

# The rows that break an invariant, by its name.
Errors = dict[str, list[str]]


@transaction.atomic
def propose_resuming(*, reason: str, by: Actor) -> Proposal:
    """Propose, as an officer or the operator, that codes are issued again.

    A proposal that waits and names other errors ends: nobody is asked about what is outdated.
    Raises Refused: no_reason, not_text, too_long, issuing_not_halted, resumed_by_authority,
    not_the_authority, proposal_pending.
    """
    reason, at = given_reason(reason), clock.now()
    jurisdiction = lock_jurisdictions().get(pk=by.jurisdiction.pk)
    _require_halted(jurisdiction)
    if waiting_to_resume(jurisdiction) is None:
        withdraw_all(jurisdiction, act=ACT, at=at, by=by)
    halted_at = jurisdiction.issuing_halted_at
    draft = Draft(
        act=ACT,
        subject=jurisdiction,
        terms={"violations": _numbers(jurisdiction)},
        before={"halted_at": halted_at.isoformat() if halted_at else None},
        reason=reason,
    )
    made = enter(draft, by=by)
    assert isinstance(made, Proposal)
    return made


def waiting_to_resume(jurisdiction: Jurisdiction) -> Proposal | None:
    """The proposal that waits and names what is known now, if there is one."""
    rows = Proposal.objects.filter(
        act=ACT,
        jurisdiction=jurisdiction,
        state=ProposalState.PROPOSED,
        expires_at__gt=clock.now(),
    )
    known = _numbers(jurisdiction)
    return next((row for row in rows if row.terms["violations"] == known), None)


def known_errors(jurisdiction: Jurisdiction) -> Errors:
    """What would be accepted if the issue of codes were resumed now."""
    return _by_invariant(_known(jurisdiction))


def errors_named(proposal: Proposal) -> Errors:
    """What a proposal to resume accepts."""
    return _by_invariant(Violation.objects.filter(pk__in=proposal.terms["violations"]))


def _by_invariant(rows: QuerySet[Violation]) -> Errors:
    found: Errors = defaultdict(list)
    for row in rows.order_by("number", "invariant", "pk"):
        found[row.invariant].append(row.subject)
    return dict(found)


def _known(jurisdiction: Jurisdiction) -> QuerySet[Violation]:
    """What nobody has accepted, and what another authority accepted while this one is halted."""
    if jurisdiction.issuing_halted_at is None:
        return unaccepted()
    open_to_it = Q(accepted_at=None) | Q(accepted_at__gte=jurisdiction.issuing_halted_at)
    return Violation.objects.filter(open_to_it, cleared_at=None, number__in=HALTING)


def _numbers(jurisdiction: Jurisdiction) -> list[int]:
    return list(_known(jurisdiction).order_by("pk").values_list("pk", flat=True))


def _require_halted(jurisdiction: Jurisdiction) -> list[Jurisdiction]:
    """Return the authority and its sandboxes, where no codes are issued."""
    if jurisdiction.is_test:
        sentence = _("A sandbox is resumed with its authority, by officers of the authority.")
        raise Refused("resumed_by_authority", sentence)
    sandboxes = Q(country=jurisdiction.country, is_test=True)
    rows = Jurisdiction.objects.filter(Q(pk=jurisdiction.pk) | sandboxes).order_by("pk")
    halted = list(rows.exclude(issuing_halted_at=None))
    if not halted:
        raise Refused("issuing_not_halted", _("Nothing is halted: codes are issued."))
    return halted


def _lock(proposal: Proposal) -> Jurisdiction:
    return lock_jurisdictions().get(pk=proposal.subject_id)


def _changes(proposal: Proposal) -> Iterator[Change]:
    yield Change(_("Codes"), _("not issued"), _("issued again"))
    for invariant, subjects in errors_named(proposal).items():
        yield Change(invariant, _("halts the issue of codes"), _accepted(subjects))


def _accepted(subjects: list[str]) -> str:
    sentence = ngettext(
        "accepted as it is: %(rows)s", "%(count)s accepted as they are: %(rows)s", len(subjects)
    )
    return sentence % {"count": len(subjects), "rows": ", ".join(subjects)}


def _heading(proposal: Proposal) -> str:
    count = len(proposal.terms["violations"])
    return ngettext("%(count)s known error", "%(count)s known errors", count) % {"count": count}


@act(
    ACT,
    _("Issue codes again after a halt"),
    lock=_lock,
    changes=_changes,
    heading=_heading,
    persons_only=True,
)
def _resume(
    proposal: Proposal, jurisdiction: Jurisdiction, *, at: datetime, by: Actor
) -> Jurisdiction:
    """Raises Refused: issuing_not_halted, resumed_by_authority, proposal_outdated."""
    halted = _require_halted(jurisdiction)
    if not set(_numbers(jurisdiction)) <= set(proposal.terms["violations"]):
        sentence = _(
            "Other errors were found since this was proposed. Refuse it, and have it proposed"
            " anew: nothing is accepted that nobody saw."
        )
        raise Refused("proposal_outdated", sentence)
    accepted = _accept(proposal, at)
    data = {"reason": proposal.reason, "accepted": accepted, "proposal": str(proposal.uuid)}
    for each in halted:
        set_halted(each, None)
        own = by if each == jurisdiction else Actor.portal(each)
        events.record("issuing.resumed", each, at=at, data=data, by=own)
    return jurisdiction


def _accept(proposal: Proposal, at: datetime) -> list[str]:
    """Accept what is named and still broken: it stays recorded and does not halt again."""
    named = unaccepted().filter(pk__in=proposal.terms["violations"])
    rows = list(named.select_for_update().order_by("number", "invariant", "pk"))
    accepted: dict[str, Any] = {"accepted_at": at, "resuming": proposal}
    Violation.objects.filter(pk__in=[row.pk for row in rows]).update(**accepted)
    return [str(row) for row in rows[:RECORDED_MAX]]
