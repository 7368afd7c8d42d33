"""What an address of the database says beside the database is kept, up to the connection."""

import os
import subprocess
import sys
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings

SHOW = """
import django; django.setup()
from django.db import connection
from database.migrator import as_migrator
def show():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('application_name'),"
            " current_setting('work_mem'), current_setting('lock_timeout')")
        print(*cursor.fetchone())
    print(connection.connection.info.dsn_parameters["sslmode"])
with as_migrator():
    show()
show()
"""
OPTIONS = {"sslmode": "disable", "application_name": "audited", "options": "-c work_mem=5MB"}
needs_two_roles = pytest.mark.skipif(
    settings.MIGRATION_DATABASE is None, reason="ONE ROLE DOES ALL in the database given"
)


def show(**changes: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **changes},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def told(name: str, **options: str) -> str:
    return f"{os.environ[name]}?{urlencode(options, quote_via=quote)}"


@needs_two_roles
def test_its_options_reach_the_server_with_ours() -> None:
    """Of the portal's role and of the owner's, each its own."""
    owners = {**OPTIONS, "application_name": "owner"}
    said = show(
        DATABASE_URL=told("DATABASE_URL", **OPTIONS),
        MIGRATION_DATABASE_URL=told("MIGRATION_DATABASE_URL", **owners),
    )
    assert said.stdout.splitlines() == [
        "portal owner 5MB 10s",
        "disable",
        "portal_app audited 5MB 10s",
        "disable",
    ], said.stderr


@needs_two_roles
@pytest.mark.parametrize("name", ["DATABASE_URL", "MIGRATION_DATABASE_URL"])
@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_who_asks_for_tls_does_not_get_a_connection_without(name: str, mode: str) -> None:
    said = show(**{name: told(name, sslmode=mode)})
    assert said.returncode
    assert "SSL" in said.stderr or "root certificate" in said.stderr
