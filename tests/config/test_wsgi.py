"""What the web's process sets for itself."""

import json
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

LOADED = """
import config.wsgi, gc, json, sys
frozen = gc.get_freeze_count()
print(json.dumps([frozen / (frozen + len(gc.get_objects())), sorted(sys.modules)]))
"""


def run(code: str) -> str:
    """What a program prints that starts as the web does."""
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


@pytest.mark.parametrize(("module", "limit"), [("config.wsgi", "4"), ("config.celery", "8")])
def test_only_the_web_keeps_the_order_of_joins(db: None, module: str, limit: str) -> None:
    """Its lists cost the database half; long questions need a better order."""
    assert run(SHOWN.format(module=module)) == limit


def test_all_is_loaded_and_left_alone_by_the_collector_before_the_first_request(db: None) -> None:
    share, modules = json.loads(run(LOADED))
    assert share > 0.99
    assert {"pages.officer.queue", "api.v1.sales"} <= set(modules)
