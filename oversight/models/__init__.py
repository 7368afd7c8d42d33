"""What the authority makes of what was reported: evaluations, flags and their reviews."""

from oversight.models.evaluations import Evaluation, Heartbeat
from oversight.models.flags import Flag, FlagState, FlagStep, Severity, StepKind

__all__ = [
    "Evaluation",
    "Flag",
    "FlagState",
    "FlagStep",
    "Heartbeat",
    "Severity",
    "StepKind",
]
