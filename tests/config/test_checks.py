"""What `check --deploy` finds that an operator forgot."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from tests.roles import as_owner

AS_DEPLOYED = "whitenoise.storage.CompressedManifestStaticFilesStorage"

pytestmark = pytest.mark.django_db


def found() -> set[str | None]:
    return {message.id for message in run_checks(include_deployment_checks=True)}


def test_letters_that_nobody_gets_are_told(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "portal.W005" in found()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "portal.W005" not in found()


def test_the_owners_password_where_the_web_could_read_it_is_told(settings: Any) -> None:
    settings.MIGRATION_DATABASE = {"USER": "owner"}
    assert "portal.W006" in found()
    settings.MIGRATION_DATABASE = None
    assert "portal.W006" not in found()


def test_static_files_that_were_not_collected_or_have_changed_since_are_told(
    settings: Any, tmp_path: Path
) -> None:
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": AS_DEPLOYED}}
    settings.STATIC_ROOT = str(tmp_path / "collected")
    assert "portal.W007" in found()
    call_command("collectstatic", "--no-input", "--ignore", "redoc", verbosity=0)
    assert "portal.W007" not in found()
    os.utime(tmp_path / "collected" / "staticfiles.json", (0, 0))
    assert "portal.W007" in found()


@pytest.mark.skipif(
    configured.MIGRATION_DATABASE is None, reason="ONE ROLE DOES ALL in the database given"
)
def test_row_security_that_does_not_bind_is_told() -> None:
    assert not found() & {"portal.W001", "portal.W002"}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE authorizations_sale DISABLE ROW LEVEL SECURITY")
        assert "portal.W001" in found()
    assert "portal.W002" in found()
