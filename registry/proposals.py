"""Two people, always: what one natural person proposes takes effect when another approves it.

Whatever loosens, silences or enrols is an act here, at every door. A verb calls `enter`; the
function that it registered with `@act` is what happens on approval, under the lock of its subject.
docs/security/two_people.md has a row for every act.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor, require_authority
from registry.models import ApiKey, Organization, Proposal
from registry.models.people import Scope
from registry.models.proposals import ProposalState
from registry.second_officer import require_second
from registry.sides import require_impartial

PROPOSAL_VALID = timedelta(days=7)


@dataclass(frozen=True)
class Change:
    """One line of what an act changes, as people read it; before is "" where nothing was."""

    label: str | Promise
    before: str | Promise
    after: str | Promise


@dataclass(frozen=True)
class Act:
    """`lock` locks and reads the subject, before the proposal; `put_in_force` does the act.

    `put_in_force` raises Refused where the act does not fit any more; `changes` are its lines on
    the page of the proposal, `heading` one line for the list, e.g. the firm and the license.
    `persons_only`: no key decides it, whatever its scopes. `concerns` is the person whom it is
    about, who decides nothing of it.
    """

    name: str
    title: str | Promise
    lock: Callable[[Proposal], Any]
    put_in_force: Callable[..., Model]
    changes: Callable[[Proposal], Iterable[Change]]
    heading: Callable[[Proposal], str]
    persons_only: bool = False
    concerns: Callable[[Proposal], int | None] = lambda _proposal: None


ACTS: dict[str, Act] = {}


def act(
    name: str,
    title: str | Promise,
    *,
    lock: Callable[[Proposal], Any],
    changes: Callable[[Proposal], Iterable[Change]],
    heading: Callable[[Proposal], str],
    persons_only: bool = False,
    concerns: Callable[[Proposal], int | None] = lambda _proposal: None,
) -> Callable[[Callable[..., Model]], Callable[..., Model]]:
    """Register `put_in_force(proposal, subject, *, at, by)`, which returns the row it made."""

    def registered(put_in_force: Callable[..., Model]) -> Callable[..., Model]:
        shown = (changes, heading, persons_only, concerns)
        ACTS[name] = Act(name, title, lock, put_in_force, *shown)
        return put_in_force

    return registered


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be done: the values of a Proposal that the verb knows.

    `largest_kg` is compared with the bound of a key that decides at once; None: it has no size.
    """

    act: str
    subject: Model
    about: str = ""
    organization: Organization | None = None
    terms: dict[str, Any]
    before: dict[str, Any]
    reason: str = ""
    largest_kg: Decimal | None = None


@transaction.atomic
def enter(draft: Draft, *, by: Actor) -> Any:
    """Propose an act, or do it at once where the key carries a standing decision of two officers.

    Call with the subject locked. Returns the proposal, or the row that the act made.
    Raises Refused: not_the_authority, own_dealings, proposal_pending, and what the act raises.
    """
    if not by.is_portal:
        require_impartial(by, *([draft.organization.pk] if draft.organization else []))
    at = clock.now()
    expire(draft, at)
    if _waiting(draft, by).exists():
        sentence = _("This has been proposed already, and waits for a second officer.")
        raise Refused("proposal_pending", sentence)
    proposal = _new(draft, at, by)
    if not decides_at_once(draft, at, by):
        proposal.save(force_insert=True)
        _record("proposed", proposal, at, by)
        return proposal
    proposal.state, proposal.decided_at = ProposalState.APPROVED, at
    proposal.decided_key = by.api_key
    proposal.save(force_insert=True)
    _record("approved", proposal, at, by)
    return ACTS[draft.act].put_in_force(proposal, draft.subject, at=at, by=by)


def decides_at_once(draft: Draft, at: datetime, by: Actor) -> bool:
    """Whether a key may do it in the name of the two officers who made it, within its bounds.

    The key is locked: of two acts at once the second sees the first in its count of a day.
    """
    if by.api_key is None or by.api_key.organization_id:
        return False
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=by.api_key.pk)
    if key.revoked_at or Scope.REGISTRY_GRANT not in key.scopes:
        return False
    if ACTS[draft.act].persons_only:
        return False
    if key.largest_limit_kg is not None and (draft.largest_kg or 0) > key.largest_limit_kg:
        return False
    if key.acts_a_day is None:
        return True
    today = Proposal.objects.filter(decided_key=key, decided_at__gt=at - timedelta(days=1))
    return today.count() < key.acts_a_day


@transaction.atomic
def approve(proposal: Proposal, *, note: str = "", by: Actor) -> Proposal:
    """Agree, as the second natural person: the act takes effect at once.

    Raises Refused: not_the_authority, second_must_be_a_person, second_must_differ,
    second_was_invited, second_of_the_firm, concerns_you, proposal_decided, proposal_over,
    not_text, too_long, and what the act raises where it does not fit any more.
    """
    note = _checked(note)
    _require_authority_of(proposal, by)
    subject, proposal = _locked(proposal)
    if proposal.state == ProposalState.APPROVED:
        return proposal
    at = clock.now()
    _require_not_concerned(proposal, by)
    _require_open(proposal, at)
    proposal.decided_by = require_second(
        by, sponsor=proposal.sponsor_id, firm=proposal.organization_id
    )
    proposal.note = note
    _decide(proposal, ProposalState.APPROVED, at)
    _record("approved", proposal, at, by)
    ACTS[proposal.act].put_in_force(proposal, subject, at=at, by=by)
    return proposal


@transaction.atomic
def refuse(proposal: Proposal, *, note: str = "", by: Actor) -> Proposal:
    """Decline a proposal; whoever proposed it withdraws it.

    Raises Refused: not_the_authority, proposal_decided, concerns_you, not_text, too_long.
    """
    note = _checked(note)
    _require_authority_of(proposal, by)
    _subject, proposal = _locked(proposal)
    _require_not_concerned(proposal, by)
    if proposal.state in (ProposalState.REFUSED, ProposalState.WITHDRAWN):
        return proposal
    at = clock.now()
    if proposal.state != ProposalState.PROPOSED:
        raise _decided()
    own = is_own(proposal, by)
    proposal.decided_by, proposal.note = by.user, note
    proposal.decided_key = None if by.user else by.api_key
    _decide(proposal, ProposalState.WITHDRAWN if own else ProposalState.REFUSED, at)
    _record("withdrawn" if own else "refused", proposal, at, by)
    return proposal


def withdraw_all(subject: Model, *, act: str = "", at: datetime, by: Actor) -> None:
    """End what waits for a subject that is over (revoked, retired, left), under its lock.

    `act`: that one alone, where what it was to change is over.
    """
    waiting = Proposal.objects.filter(subject_kind=kind_of(subject), subject_id=subject.pk)
    waiting = waiting.filter(act=act) if act else waiting
    # Locked in the order of their keys, and read again: one that was decided meanwhile stays so.
    rows = waiting.select_for_update(no_key=True).order_by("pk")
    for proposal in rows.filter(state=ProposalState.PROPOSED):
        _decide(proposal, ProposalState.EXPIRED, at)
        _record("expired", proposal, at, by)


def expire(draft: Draft, at: datetime) -> None:
    """End a proposal of the same act whose time is over, so that it can be made anew."""
    over = Proposal.objects.filter(
        act=draft.act,
        subject_kind=kind_of(draft.subject),
        subject_id=draft.subject.pk,
        about=draft.about,
        state=ProposalState.PROPOSED,
        expires_at__lte=at,
    )
    for proposal in over.select_related("jurisdiction"):
        _decide(proposal, ProposalState.EXPIRED, at)
        _record("expired", proposal, at, Actor.portal(proposal.jurisdiction))


def kind_of(subject: Model) -> str:
    """The name of a row's kind, as a proposal keeps it: "permit", "license"."""
    return str(subject._meta.model_name)


def is_own(proposal: Proposal, by: Actor) -> bool:
    """Whether somebody counts as the one who proposed it, by hand or by a key."""
    if proposal.sponsor_id is None:
        return by.api_key is not None and by.api_key.pk == proposal.proposed_key_id
    return by.sponsor is not None and by.sponsor.pk == proposal.sponsor_id


def require_unchanged(proposal: Proposal, now: dict[str, Any]) -> None:
    """Require that what is to be replaced is still as it was told when it was proposed.

    Raises Refused("proposal_outdated").
    """
    if proposal.before != now:
        sentence = _("It was changed meanwhile. Refuse this, and have it proposed anew.")
        raise Refused("proposal_outdated", sentence)


def _checked(note: str) -> str:
    return inputs.optional_text(note, field="note", at_most=inputs.REASON_LENGTH, lines=True)


def _require_authority_of(proposal: Proposal, by: Actor) -> None:
    require_authority(by)
    if by.jurisdiction.pk != proposal.jurisdiction_id:
        raise Refused("not_the_authority", _("Only an officer of the authority may do this."))


def _waiting(draft: Draft, by: Actor) -> Any:
    return Proposal.objects.filter(
        jurisdiction=by.jurisdiction,
        act=draft.act,
        subject_kind=kind_of(draft.subject),
        subject_id=draft.subject.pk,
        about=draft.about,
        state=ProposalState.PROPOSED,
    )


def _new(draft: Draft, at: datetime, by: Actor) -> Proposal:
    return Proposal(
        jurisdiction=by.jurisdiction,
        act=draft.act,
        subject_kind=kind_of(draft.subject),
        subject_id=draft.subject.pk,
        about=draft.about,
        organization=draft.organization,
        terms=draft.terms,
        before=draft.before,
        reason=draft.reason,
        proposed_at=at,
        proposed_by=by.user,
        proposed_key=by.api_key,
        sponsor=by.sponsor,
        expires_at=at + PROPOSAL_VALID,
    )


def _locked(proposal: Proposal) -> tuple[Any, Proposal]:
    subject = ACTS[proposal.act].lock(proposal)
    rows = Proposal.objects.select_for_update(no_key=True, of=["self"])
    return subject, rows.select_related("jurisdiction", "organization").get(pk=proposal.pk)


def _require_open(proposal: Proposal, at: datetime) -> None:
    if proposal.state != ProposalState.PROPOSED:
        raise _decided()
    if proposal.expires_at <= at:
        raise Refused("proposal_over", _("This proposal has expired. Propose it again."))


def _require_not_concerned(proposal: Proposal, by: Actor) -> None:
    concerned = ACTS[proposal.act].concerns(proposal)
    if concerned is not None and by.sponsor is not None and by.sponsor.pk == concerned:
        raise Refused("concerns_you", _("This is about you: other officers decide it."))


def _decided() -> Refused:
    return Refused("proposal_decided", _("This proposal has already been decided."))


def _decide(proposal: Proposal, state: ProposalState, at: datetime) -> None:
    proposal.state, proposal.decided_at = state, at
    proposal.save(update_fields=["state", "decided_at", "decided_by", "decided_key", "note"])


def _record(event: str, proposal: Proposal, at: datetime, by: Actor) -> None:
    data = {"act": proposal.act, "terms": proposal.terms, "reason": proposal.reason}
    events.record(f"proposal.{event}", proposal, at=at, data=data, by=by)


__all__ = [
    "ACTS",
    "Act",
    "Change",
    "Draft",
    "act",
    "approve",
    "enter",
    "is_own",
    "kind_of",
    "refuse",
    "require_unchanged",
    "withdraw_all",
]
