"""Holds a process at an exact moment of its work, by what it needs from the database next."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from tests.faults.portal import Portal, signal_to

REACHES_IT_WITHIN_S = 30
WAITING = """
SELECT count(*) FROM pg_locks WHERE relation = %(table)s::regclass AND NOT granted
"""
COMMITTING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
NOBODY = "synchronous_standby_names = 'nobody'\n"


@contextmanager
def writes(portal: Portal, table: str) -> Iterator[None]:
    """Nobody writes to this table meanwhile. Ten seconds, then those who wait give up."""
    holder = psycopg2.connect(portal.stores.postgres.url)
    try:
        holder.cursor().execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield
    finally:
        holder.close()


def until_held(portal: Portal, table: str) -> None:
    """Wait until somebody stands before this table."""
    portal.until(lambda: portal.ask(WAITING, {"table": table}), within_s=REACHES_IT_WITHIN_S)


@contextmanager
def commits(portal: Portal) -> Iterator[None]:
    """What is committed meanwhile is on disk, and nobody is told: a standby has yet to say yes.

    There is no such standby. Who waits for it can be killed, and has committed all the same.
    """
    postgres = portal.stores.postgres
    settings = postgres.data / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text(before + NOBODY)
    signal_to(postgres.pid, signal.SIGHUP)
    try:
        yield
    finally:
        settings.write_text(before)
        signal_to(postgres.pid, signal.SIGHUP)


def until_committing(portal: Portal) -> None:
    """Wait until somebody's commit is on disk."""
    portal.until(lambda: portal.ask(COMMITTING), within_s=REACHES_IT_WITHIN_S)
