"""What is kept of those who have signed out without saying so."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from registry import tasks

pytestmark = pytest.mark.django_db


def test_a_session_that_is_over_is_removed_and_one_that_lasts_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "SLICE", 2)
    for number, hours in enumerate([-3, -2, -1, 1]):
        ends = timezone.now() + timedelta(hours=hours)
        Session.objects.create(session_key=f"{number}", session_data="", expire_date=ends)
    tasks.forget_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["3"]
