"""The steps of a flag: appended under its lock, numbered without gaps, each with its event."""

from datetime import datetime

from oversight.models import Flag, FlagStep, StepKind
from registry import events
from registry.actors import Actor


def add_step(
    flag: Flag,
    kind: StepKind,
    *,
    at: datetime,
    note: str = "",
    data: dict[str, object] | None = None,
    by: Actor,
) -> None:
    """Append what happened to a locked flag, with the next number, and its event."""
    flag.steps_count += 1
    flag.save(update_fields=["steps_count"])
    FlagStep.objects.create(
        flag=flag,
        sequence=flag.steps_count,
        kind=kind,
        state=flag.state,
        at=at,
        note=note,
        data=data or {},
        user=by.user,
        api_key=by.api_key,
    )
    events.record(f"flag.{kind}", flag, at=at, data={"state": flag.state}, by=by)
