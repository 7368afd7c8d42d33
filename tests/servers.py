"""Pytest plugin: a PostgreSQL and a Valkey of the tests' own, unless DATABASE_URL names one.

Loaded with `-p tests.servers` (see pyproject.toml). The processes of a parallel run inherit the
environment, and so the servers, of the one that started them.
"""

import atexit
import os
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from launcher.environment import ROOT, read_dotenv
from launcher.postgres import READER
from launcher.stores import throwaway


# A wrapper, because pytest-django reads the settings, and so DATABASE_URL, in the same hook.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    for name in read_dotenv(ROOT / ".env"):
        os.environ.setdefault(name, "")  # a developer's own settings are not the tests' matter
    if not os.environ.get("DATABASE_URL"):
        running = ExitStack()
        atexit.register(running.close)
        stores = running.enter_context(throwaway())
        os.environ.update(stores.environment)
        os.environ["TEST_READER_URL"] = stores.postgres.url_of(READER)
    return (yield)
