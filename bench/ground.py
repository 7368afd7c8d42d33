"""What every measurement stands on: a durable PostgreSQL, a Valkey, the portal's tables."""

import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.cluster import rows
from launcher import portal
from launcher.progress import Report
from launcher.stores import Stores, throwaway

PORT = 8160  # only in addresses that nobody follows
SHOWN = ("fsync", "synchronous_commit", "shared_buffers")


@dataclass(frozen=True)
class Ground:
    stores: Stores
    environment: Mapping[str, str]
    report: Report

    @property
    def url(self) -> str:
        """The owner's: who measures also makes databases and tidies them."""
        return self.stores.postgres.url

    def described(self) -> str:
        """The machine, the date, and what the numbers owe to the server's settings."""
        version = rows(self.url, "SHOW server_version")[0][0]
        settings = [f"{name} {rows(self.url, f'SHOW {name}')[0][0]}" for name in SHOWN]
        return (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {_processor()}, {os.cpu_count()} cores; "
            f"Python {platform.python_version()}; PostgreSQL {version}, {', '.join(settings)}"
        )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@contextmanager
def ground(report: Report) -> Iterator[Ground]:
    """Servers with all settings of production, gone with their data at the end."""
    with throwaway(durable=True) as stores:
        given = {"PORTAL_DATA_DIR": str(stores.home), "DEMO_MODE": "off", "LOG_FORMAT": "json"}
        environment = portal.environment({**os.environ, **given}, PORT, stores)
        portal.prepare(report, environment, demo=False)
        yield Ground(stores, environment, report)
