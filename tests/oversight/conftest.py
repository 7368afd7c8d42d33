"""What the tests of evaluation look at."""

from typing import Any

from audit.invariants.reproduction import found_again
from oversight.models import Evaluation


def found_then(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What an evaluation found, found again from what was known then."""
    [findings] = found_again([evaluation])
    return findings
