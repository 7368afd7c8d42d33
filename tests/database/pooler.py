"""Debian's PgBouncer before a server, with transactions pooled, as an operator may set it up."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from launcher import ports
from launcher.stores import throwaway_ports

BINARY = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
ANSWERS_WITHIN_S = 20
SESSIONS = 3  # fewer than those who want one: each gets another one's
CONFIGURATION = """
[databases]
* = host={host} port={server} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 400
logfile = {log}
{more}
"""


@contextmanager
def pooling(url: str, directory: Path, *, more: str = "") -> Iterator[str]:
    """Pool the sessions of this address; the address that leads through the pooler."""
    if BINARY is None:
        pytest.skip("NO POOLER IS TRIED: Debian's pgbouncer is not installed here")
    at, port = urlsplit(url), ports.first_free(throwaway_ports())
    account = None if os.geteuid() else pwd.getpwnam("nobody")  # it refuses to run as root
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            host=at.hostname,
            server=at.port,
            user=at.username,
            password=at.password,
            port=port,
            sessions=SESSIONS,
            log=directory / "pgbouncer.log",
            more=more,
        )
    )
    options = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    process = subprocess.Popen([BINARY, str(configuration)], cwd="/", **options)
    try:
        through = f"postgres://{at.username}:any@127.0.0.1:{port}{at.path}"
        _until_it_answers(through)
        yield through
    finally:
        process.terminate()
        process.wait()


def _until_it_answers(url: str) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < until:
        with suppress(psycopg2.OperationalError):
            return psycopg2.connect(url).close()
        time.sleep(0.1)
    raise AssertionError("The pooler does not answer.")
