import io
from pathlib import Path

import pytest

from launcher import portal
from launcher.errors import CannotStart
from launcher.portal import COLLECT, STEPS, Step
from launcher.progress import Report


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that are taken; those labelled "broken" fail."""
    labels: list[str] = []

    def take(step: Step, report: Report, environment: object) -> None:
        labels.append(step.label)
        if step.label == "broken":
            raise CannotStart("It broke.")

    monkeypatch.setattr(portal, "_take", take)
    return labels


def test_the_demonstration_is_prepared_in_demo_mode_only(taken: list[str], tmp_path: Path) -> None:
    given = {"STATIC_ROOT": str(tmp_path)}
    portal.prepare(Report(), given, demo=False)
    assert taken == [step.label for step in STEPS if not step.demo_only] + [COLLECT.label]
    del taken[:]
    portal.prepare(Report(), given, demo=True)
    assert taken == [step.label for step in STEPS]  # and nothing is collected a second time


def test_a_demonstration_that_fails_keeps_nobody_from_starting(
    taken: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setattr(portal, "STEPS", (Step("broken", ("seed",), demo_only=True),))
    portal.prepare(Report(said), {"STATIC_ROOT": str(tmp_path)}, demo=True)
    assert "It broke.\nThe portal starts without its invented firms" in said.getvalue()


def test_any_other_step_that_fails_stops_the_start(
    taken: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "STEPS", (Step("broken", ("migrate",)),))
    with pytest.raises(CannotStart, match="It broke"):
        portal.prepare(Report(), {"STATIC_ROOT": str(tmp_path)}, demo=True)
