"""Officers end flags; a high one takes two of them, the second drawn and not chosen."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from oversight.acts import draw
from oversight.acts.steps import add_step
from oversight.models import Flag, FlagState, Severity, StepKind
from oversight.models.flags import ENDED
from precursors import signs
from precursors.errors import Refused
from registry import actors, clock
from registry.actors import Actor
from registry.models import Membership, User
from registry.models.people import Role
from registry.sides import require_impartial

TOO_FEW = _(
    "There are too few officers to draw the second from: two are needed besides the proposer."
)


def review(
    flag: Flag, *, outcome: str, note: str, steps_seen: int | None = None, by: Actor
) -> Flag:
    """Decide how a flag ends. On a high flag the first proposes and a drawn second decides.

    `steps_seen`: how many steps the officer had before them; another since then refuses.
    Raises Refused: not_the_authority, own_dealings, no_note, unknown_outcome, already_decided,
    flag_changed, own_proposal, too_few_officers, not_drawn, second_is_a_person.
    """
    require_impartial(by, *_firms(flag))
    _redraw_if_gone(flag)
    return _review(flag, outcome, signs.tidy(note, lines=True), steps_seen, by)


@transaction.atomic
def _review(flag: Flag, outcome: str, note: str, steps_seen: int | None, by: Actor) -> Flag:
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag.pk)
    _check(flag, outcome, note, steps_seen)
    at = clock.now()
    if flag.state == FlagState.AWAITING_SECOND:
        _decide_second(flag, outcome, note, at, by)
    elif flag.severity == Severity.HIGH or not by.is_person:
        _propose(flag, outcome, note, at, by)
    else:
        _end(flag, outcome, StepKind.DECIDED, note, at=at, by=by)
    return flag


@transaction.atomic
def assign(flag: Flag, *, to: User | None, steps_seen: int | None = None, by: Actor) -> Flag:
    """Assign a flag to an officer, or to nobody.

    Raises Refused: not_the_authority, already_decided, flag_changed, not_an_officer.
    """
    actors.require_authority(by)
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag.pk)
    _check_open(flag, steps_seen)
    if to is not None and not _officers(flag).filter(user=to).exists():
        raise Refused("not_an_officer", _("Only an officer can take a flag."))
    flag.assigned_to = to
    flag.save(update_fields=["assigned_to"])
    add_step(
        flag,
        StepKind.ASSIGNED,
        at=clock.now(),
        data={"to": to.pk if to else None},
        by=by,
    )
    return flag


@transaction.atomic
def assign_together(seen: Mapping[Flag, int], *, to: User | None, by: Actor) -> list[Flag]:
    """Assign flags to an officer, all or none; each with how many steps were seen of it.

    Raises Refused: as `assign`.
    """
    flags = sorted(seen, key=lambda flag: flag.pk)
    return [assign(flag, to=to, steps_seen=seen[flag], by=by) for flag in flags]


def _check(flag: Flag, outcome: str, note: str, steps_seen: int | None) -> None:
    if outcome not in ENDED:
        raise Refused("unknown_outcome", _("Choose how the flag ends."), field="outcome")
    if not note:
        raise Refused("no_note", _("Write down why."), field="note")
    _check_open(flag, steps_seen)


def _check_open(flag: Flag, steps_seen: int | None) -> None:
    if flag.is_ended:
        raise _already_decided()
    if steps_seen is not None and steps_seen != flag.steps_count:
        raise Refused(
            "flag_changed", _("Something happened to this flag meanwhile. Look at it again.")
        )


def _already_decided() -> Refused:
    return Refused("already_decided", _("This flag has been decided already."))


def _propose(flag: Flag, outcome: str, note: str, at: datetime, by: Actor) -> None:
    flag.state = FlagState.AWAITING_SECOND
    flag.proposed_outcome = outcome
    flag.proposed_by, flag.proposed_key = by.user, by.api_key
    flag.save(update_fields=["state", "proposed_outcome", "proposed_by", "proposed_key"])
    add_step(flag, StepKind.PROPOSED, at=at, note=note, data={"outcome": outcome}, by=by)
    draw.draw(flag, at)


def _firms(flag: Flag) -> list[int]:
    return [firm for firm in (flag.buyer_id, flag.seller_id) if firm is not None]


def _officers(flag: Flag):  # type: ignore[no-untyped-def]
    return Membership.objects.filter(
        jurisdiction=flag.jurisdiction,
        role=Role.OFFICER,
        ended_at=None,
        user__is_active=True,
    )


def _decide_second(flag: Flag, outcome: str, note: str, at: datetime, by: Actor) -> None:
    if not by.is_person:
        raise Refused("second_is_a_person", _("Only a person can be the second officer."))
    if draw.first_of(flag) == by.user.pk:  # type: ignore[union-attr]
        raise Refused("own_proposal", _("Somebody other than the proposer decides."))
    if flag.second_id is None:
        raise Refused("too_few_officers", TOO_FEW)
    if flag.second_id != by.user.pk:  # type: ignore[union-attr]
        raise Refused("not_drawn", _("Another officer was drawn to decide this flag."))
    agreed = outcome == flag.proposed_outcome
    _end(flag, outcome, StepKind.AGREED if agreed else StepKind.OVERRULED, note, at=at, by=by)


@transaction.atomic
def _redraw_if_gone(flag: Flag) -> None:
    """The drawn officer may have left since; somebody still there is drawn in their place.

    In a transaction of its own: were the draw undone when the act is refused, an officer could
    try until they are drawn themselves.
    """
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag.pk)
    draw.redraw(flag, clock.now())


def _end(flag: Flag, outcome: str, kind: StepKind, note: str, *, at: datetime, by: Actor) -> None:
    flag.state = outcome
    flag.decided_by, flag.decided_at = by.user, at
    flag.save(update_fields=["state", "decided_by", "decided_at"])
    add_step(flag, kind, at=at, note=note, data={"outcome": outcome}, by=by)
