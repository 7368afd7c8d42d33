"""The year as a visitor gets it."""

from typing import Any

import pytest

from audit import invariants
from authorizations.models import Authorization
from demo import world
from demo.mishaps import MISHAPS
from oversight.models import Flag, Severity
from registry.models import Organization
from tests.demo.conftest import silent


@pytest.fixture
def year(db: None, settings: Any) -> None:
    settings.DEMO_MODE = True
    world.make(world.Size(), tell=silent)


@pytest.mark.long
def test_a_year_of_forty_firms_breaks_no_invariant(year: None) -> None:
    assert Organization.objects.count() == 40
    assert 3400 < Authorization.objects.count() < 3900
    assert set(Flag.objects.values_list("rule", flat=True)) >= set(MISHAPS)
    flagged = Flag.objects.exclude(severity=Severity.LOW).values("authorization").distinct()
    assert 0.015 < flagged.count() / Authorization.objects.count() < 0.035
    assert {name: count for name, count in invariants.violations() if count} == {}
