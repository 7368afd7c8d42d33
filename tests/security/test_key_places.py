"""A key that is used from another network than before is told, once for each network."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from api import limits
from registry import operations, tasks
from registry.models import AccessEntry, Alarm
from tests.cast import Firm
from tests.security.sign_in import HOME, OFFICE, THIEF

pytestmark = pytest.mark.django_db


def test_a_key_used_from_a_new_network_is_told_to_its_managers_once(
    vendor: Firm, regulator: Any, django_capture_on_commit_callbacks: Any
) -> None:
    _key, secret = operations.issue_api_key(
        organization=vendor.organization,
        jurisdiction=vendor.organization.jurisdiction,
        scopes=["sell"],
        name="Till",
    )

    def use(at: str) -> None:
        limits.shares.__init__()  # type: ignore[misc]  # as another process
        headers = {"authorization": f"Bearer {secret}"}
        answer = Client().get("/api/v1/me", REMOTE_ADDR=at, headers=headers)
        assert answer.status_code == 200

    for at in (HOME, "203.0.113.200", OFFICE, HOME, OFFICE):
        use(at)
    assert Alarm.objects.get().address == OFFICE
    use(THIEF)
    assert AccessEntry.objects.filter(kind="key_place").count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tell_alarms()
    assert mail.outbox[0].to == ["victor@vendor.example"]
    assert OFFICE in mail.outbox[0].body
