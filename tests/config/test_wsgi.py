"""What the web's process sets for itself."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

SHOWN = """
import {module}
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW join_collapse_limit")
    print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(("module", "limit"), [("config.wsgi", "4"), ("config.celery", "8")])
def test_only_the_web_keeps_the_order_of_joins(db: None, module: str, limit: str) -> None:
    """Its lists are planned in a tenth of the time; long questions need a better order."""
    answer = subprocess.run(
        [sys.executable, "-c", SHOWN.format(module=module)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == limit
