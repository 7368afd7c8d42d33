"""The one PostgreSQL, durable as in production, with a database for each contender."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from launcher.stores import Stores

STATEMENT = re.compile(r"^BENCH (\S*) LOG:  statement: (.*)$")
TOLD_WITHIN_S = 10


def database(url: str, name: str) -> str:
    """Create a database anew beside the one of this address; the address of the new one."""
    address = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    drop(address)
    _maintain(url, f'CREATE DATABASE "{name}"')
    return address


def copy(url: str, name: str) -> str:
    """Create a database with all that is in the one of this address, which nobody may use
    meanwhile; the address of the new one.
    """
    address = urlsplit(url)
    _maintain(_beside(url), f'CREATE DATABASE "{name}" TEMPLATE "{address.path[1:]}"')
    return urlunsplit(address._replace(path=f"/{name}"))


def drop(url: str) -> None:
    """Remove the database of this address, whoever is connected to it."""
    name = urlsplit(url).path[1:]
    _maintain(_beside(url), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _beside(url: str) -> str:
    """The address of the server's own database: some commands need to stand outside."""
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


def run_sql(url: str, sql: str, *values: object) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql, values or None)
    connection.close()


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    connection.close()
    return found


def vacuum(url: str) -> None:
    """Give the planner its statistics, and every contender the same start."""
    _maintain(url, "VACUUM ANALYZE")


def _maintain(url: str, command: str) -> None:
    """Run what no transaction may hold."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(command)
    connection.close()


class StatementLog:
    """What the server itself was asked, read from its log while `listening`."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.log = stores.postgres.log

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._set("all")
        try:
            yield
        finally:
            self._set("none")

    def _set(self, which: str) -> None:
        """Only a superuser may ask for this, and nobody may sign in as one: by file and signal."""
        path = self.stores.postgres.data / "postgresql.auto.conf"
        path.write_text(f"log_statement = '{which}'\nlog_line_prefix = 'BENCH %d '\n")
        before = self.position
        os.kill(self.stores.postgres.pid, signal.SIGHUP)
        self._wait_for(before)

    def _wait_for(self, position: int) -> None:
        until = time.monotonic() + TOLD_WITHIN_S
        while "reloading configuration" not in self.since(position):
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL did not read its settings again.")
            time.sleep(0.05)
        time.sleep(0.2)  # its backends read them between two statements

    @property
    def position(self) -> int:
        return self.log.stat().st_size

    def since(self, position: int) -> str:
        with self.log.open("rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")

    def statements(self, text: str, database: str) -> list[str]:
        """The messages with statements that one database was sent, in order, each on one line."""
        found: list[str] = []
        ours = False
        for line in text.splitlines():
            if match := STATEMENT.match(line):
                ours = match[1] == database
                found += [match[2]] if ours else []
            elif line.startswith("\t") and ours:
                found[-1] += " " + line.strip()
            else:
                ours = False
        return [" ".join(each.split()) for each in found]
