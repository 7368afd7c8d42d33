"""Verbs for somebody who lost every factor: ask, stop, and remove the factors when it is due.

The person then signs in with the password and sets up new ones. A mailbox alone is no way back: it
takes a manager of the firm, two officers, or whoever may work at the console, and time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from database.row_security import see_all_rows
from precursors.errors import Refused
from registry import clock, events, inputs, proposals
from registry.actors import Actor
from registry.letters import home_of, mail_person
from registry.models import KnownDevice, Membership, PersonSession, Proposal, Recovery, User
from registry.models.people import Role

ACT = "recover_factors"
LINK = "recovery"  # what a signed link is for
WAITING = {"stopped_at": None, "done_at": None}


@transaction.atomic
def ask_recovery(member: Membership, *, reason: str, by: Actor) -> Recovery | Proposal | Any:
    """Ask that a person's factors be removed, so that they can set up new ones.

    A manager asks for somebody of the own firm, and the waiting time begins; an officer proposes
    it, and another must agree. Raises Refused: recovery_of_oneself, not_the_manager,
    recovery_waits, proposal_pending, blank, too_long.
    """
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH, lines=True)
    user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    _require_another(user, by)
    _require_none_waits(user)
    if by.organization is None:
        return _propose(user, member, reason, by)
    if by.role != Role.MANAGER or by.organization.pk != member.organization_id:
        raise Refused("not_the_manager", _("Only a manager of the firm may ask for this."))
    _require_of_firm_alone(user)
    return _begin(user, reason=reason, by=by)


def _require_another(user: User, by: Actor) -> None:
    if by.user is None and not by.is_portal:
        raise Refused("recovery_by_a_person", _("A person must ask for this, not a program."))
    if by.user is not None and by.user.pk == user.pk:
        raise Refused("recovery_of_oneself", _("Nobody asks for this for themselves."))


def _require_none_waits(user: User) -> None:
    if Recovery.objects.filter(user=user, **WAITING).exists():
        raise Refused("recovery_waits", _("This is under way already."))


def _require_of_firm_alone(user: User) -> None:
    """A firm's manager is not to open the way to an officer's or another firm's account."""
    others = user.memberships.filter(ended_at=None).values("organization").distinct().count()
    if user.is_superuser or others > 1:
        sentence = _("This person acts for others, too: two officers must agree to this.")
        raise Refused("recovery_takes_officers", sentence)


def _propose(user: User, member: Membership, reason: str, by: Actor) -> Any:
    draft = proposals.Draft(
        act=ACT,
        subject=member,
        organization=member.organization,
        terms={"email": user.email},
        before={},
        reason=reason,
    )
    entered = proposals.enter(draft, by=by)
    _tell("recovery_asked", user, {"reason": reason})
    return entered


def _lock(proposal: Proposal) -> Membership:
    rows = Membership.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("user", "organization").get(pk=proposal.subject_id)


def _heading(proposal: Proposal) -> str:
    member = Membership.objects.select_related("user", "organization").get(pk=proposal.subject_id)
    return str(member)


def _changes(proposal: Proposal) -> Iterator[proposals.Change]:
    yield proposals.Change(_("E-mail address"), "", proposal.terms["email"])
    hours = settings.RECOVERY_WAIT_HOURS
    after = _("removed %(hours)s hours after you agree, unless the person objects") % {
        "hours": hours
    }
    yield proposals.Change(_("Passkeys and app"), _("as set up"), after)


def _concerned(proposal: Proposal) -> int | None:
    found = Membership.objects.filter(pk=proposal.subject_id).values_list("user_id", flat=True)
    return found.first()


@proposals.act(
    ACT,
    _("Remove passkeys and app of somebody who lost them"),
    lock=_lock,
    changes=_changes,
    heading=_heading,
    persons_only=True,
    concerns=_concerned,
)
def _agreed(proposal: Proposal, member: Membership, *, at: datetime, by: Actor) -> Recovery:
    user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    return _begin(user, reason=proposal.reason, by=by, proposal=proposal)


def _begin(user: User, *, reason: str, by: Actor, proposal: Proposal | None = None) -> Recovery:
    _require_none_waits(user)
    now = clock.now()
    recovery = Recovery.objects.create(
        jurisdiction=home_of(user),
        user=user,
        proposal=proposal,
        asked_by=proposal.sponsor if proposal else by.user,
        reason=reason,
        asked_at=now,
        due_at=now + timedelta(hours=settings.RECOVERY_WAIT_HOURS),
    )
    _record("asked", recovery, now, by)
    link = settings.PUBLIC_URL + reverse("register:recovery", args=[token_of(recovery)])
    _tell("recovery_begun", user, {"due_at": recovery.due_at, "reason": reason, "link": link})
    return recovery


def token_of(recovery: Recovery) -> str:
    """What the letter's link carries: it stops the recovery, and does nothing else."""
    return signing.dumps(str(recovery.uuid), salt=LINK)


def find_recovery(token: str) -> Recovery:
    """The recovery that a link is about. Raises Refused("recovery_unknown")."""
    try:
        uuid = signing.loads(token, salt=LINK)
    except signing.BadSignature:
        raise Refused("recovery_unknown", _("This link does not work.")) from None
    return Recovery.objects.select_related("user", "jurisdiction").get(uuid=uuid)


@transaction.atomic
def stop_recovery(recovery: Recovery, *, by: Actor | None = None) -> Recovery:
    """Let the factors stay: the person objects, by the link of the letter. Once done it is over.

    Raises Refused("recovery_done").
    """
    recovery = _locked(recovery)
    if recovery.done_at:
        raise Refused("recovery_done", _("It is too late: they were removed."))
    if recovery.stopped_at is None:
        recovery.stopped_at = now = clock.now()
        recovery.save(update_fields=["stopped_at"])
        by = by or Actor(jurisdiction=recovery.jurisdiction, user=recovery.user)
        _record("stopped", recovery, now, by)
        _tell("recovery_stopped", recovery.user, {})
    return recovery


def finish_recoveries(*, at_console: User | None = None) -> int:
    """Remove the factors of everybody whose waiting time is over; return of how many.

    Those that the console asked for are finished there alone, by the command's second run.
    """
    due = Recovery.objects.filter(due_at__lte=clock.now(), **WAITING)
    of_console = {"asked_by": None, "proposal": None}
    due = due.filter(user=at_console) if at_console else due.exclude(**of_console)
    return sum(_finish(recovery) for recovery in due.order_by("pk"))


@transaction.atomic
def _finish(recovery: Recovery) -> bool:
    recovery = _locked(recovery)
    if recovery.state != "waiting":
        return False
    user = User.objects.select_for_update(no_key=True).get(pk=recovery.user_id)
    recovery.done_at = now = clock.now()
    recovery.save(update_fields=["done_at"])
    Authenticator.objects.filter(user=user).delete()
    # Every session of before ends; whoever set a factor up meanwhile loses it, too.
    PersonSession.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
    KnownDevice.objects.filter(user=user).delete()
    user.session_generation = F("session_generation") + 1
    user.save(update_fields=["session_generation"])
    _record("done", recovery, now, Actor.portal(recovery.jurisdiction))
    _tell("recovery_done", user, {})
    return True


@transaction.atomic
def recover_at_console(user: User, *, reason: str) -> Recovery:
    """Ask for a recovery as the operator. Raises Refused: recovery_waits, blank, too_long."""
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return _begin(user, reason=reason, by=Actor.portal(home_of(user)))


def _locked(recovery: Recovery) -> Recovery:
    rows = Recovery.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("user", "jurisdiction").get(pk=recovery.pk)


def _record(what: str, recovery: Recovery, at: datetime, by: Actor) -> None:
    data = {"person": recovery.user_id, "due_at": recovery.due_at.isoformat()}
    with see_all_rows():
        events.record(f"recovery.{what}", recovery, at=at, data=data, by=by)


def _tell(letter: str, user: User, content: dict[str, Any]) -> None:
    transaction.on_commit(lambda: mail_person(user, letter, content), robust=True)
