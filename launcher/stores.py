"""PostgreSQL and Valkey of one data directory, or throwaway ones for tests."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import accounts, binaries, ports
from launcher.environment import load
from launcher.keys import keys_in
from launcher.postgres import APPLICATION, OWNER, READER, STAMP, Postgres
from launcher.progress import Report
from launcher.store import Store
from launcher.valkey import Valkey

# Where a program finds the servers, and the roles it uses there.
ADDRESSES = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "READER_ROLE", "CELERY_BROKER_URL")
THROWAWAY_PORTS = range(20000, 32000)  # apart from a portal's, which may run beside the tests


class Stores:
    """The embedded servers of one data directory.

    `postgres` and `valkey` can be started, stopped and killed one by one. `environment` names
    them to Django and Celery.
    """

    def __init__(
        self,
        data_dir: Path,
        report: Report,
        *,
        durable: bool = True,
        candidates: range | None = None,
    ) -> None:
        account = accounts.server_account()
        self.home = accounts.servers_home(data_dir, account)
        found = binaries.locate(load(), account)
        self.keys = keys_in(self.home)
        self.prepared = self.home / "prepared"  # there once the first preparation was complete
        self.postgres = Postgres(
            self.home,
            found.postgres,
            {
                OWNER: self.keys.database_password,
                APPLICATION: self.keys.application_password,
                READER: self.keys.reader_password,
            },
            account=account,
            report=report,
            durable=durable,
            candidates=candidates or ports.POSTGRES,
        )
        self.valkey = Valkey(
            self.home,
            found.valkey,
            self.keys.broker_password,
            account=account,
            report=report,
            candidates=candidates or ports.VALKEY,
        )

    @property
    def in_order(self) -> list[Store]:
        """In the order of starting."""
        return [self.postgres, self.valkey]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgres.url_of(APPLICATION),
            "MIGRATION_DATABASE_URL": self.postgres.url,
            "READER_ROLE": READER,
            "CELERY_BROKER_URL": self.valkey.url,
            "SECRET_KEY": self.keys.secret_key,
        }

    @property
    def is_prepared(self) -> bool:
        """Whether a preparation, which grants the rights, ended since the roles were made."""
        made = self.postgres.data / STAMP
        return self.prepared.exists() and self.prepared.stat().st_mtime >= made.stat().st_mtime

    def start(self) -> None:
        for store in self.in_order:
            store.start()

    def stop(self) -> None:
        for store in reversed(self.in_order):
            store.stop()


def throwaway_ports() -> range:
    """Return ports among which nobody else looks at this moment, hardly ever."""
    first = random.randrange(THROWAWAY_PORTS.start, THROWAWAY_PORTS.stop - 100)
    return range(first, first + 100)


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Stores]:
    """Run servers in a temporary directory, removed with all its data at the end."""
    directory = Path(tempfile.mkdtemp(prefix="portal-test-"))
    try:
        stores = Stores(directory, Report(), durable=durable, candidates=throwaway_ports())
        try:
            stores.start()
            yield stores
        finally:
            stores.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
