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
WRITING = """
SELECT count(*) FROM pg_locks WHERE relation = %(table)s::regclass AND mode = 'RowExclusiveLock'
"""
COMMITTING = """
SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE wait_event = 'SyncRep' AND relation = %(table)s::regclass AND mode = 'RowExclusiveLock'
"""
NOBODY = "nobody"
AWAITED = "SHOW synchronous_standby_names"


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
    settings.write_text(f"{before}synchronous_standby_names = '{NOBODY}'\n")
    try:
        signal_to(postgres.pid, signal.SIGHUP)
        portal.until(lambda: portal.ask(AWAITED) == NOBODY, within_s=REACHES_IT_WITHIN_S)
        yield
    finally:
        settings.write_text(before)
        signal_to(postgres.pid, signal.SIGHUP)


def writing(portal: Portal, table: str) -> bool:
    """Whether any transaction has written, or is about to write, to this table."""
    return bool(portal.ask(WRITING, {"table": table}))


def until_committing(portal: Portal, table: str) -> None:
    """Wait until the commit of somebody who wrote to this table is on disk."""
    portal.until(lambda: committing(portal, table), within_s=REACHES_IT_WITHIN_S)


def committing(portal: Portal, table: str) -> bool:
    return bool(portal.ask(COMMITTING, {"table": table}))
