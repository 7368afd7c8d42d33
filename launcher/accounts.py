"""The accounts that a launcher started by root gives to others.

PostgreSQL refuses to run as root. Web, worker and beat get another one than it: neither the
database's files nor the secrets of their owner are theirs to read.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.errors import CannotStart

SERVERS = ("postgres", "nobody")
SERVING = ("www-data", "nobody", "daemon")
SHARED = Path("/var/lib")  # every account may read it, only root may write


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    name: str = ""

    @property
    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Return whether this account can enter (or run) the path."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(test, cwd="/", check=False, **self.popen_options).returncode == 0

    def can_serve(self, root: Path, static: Path) -> bool:
        """Return whether this account can run the portal's code from there."""
        argv = [sys.executable, "-c", "import django, celery, gunicorn, config.environment"]
        try:
            done = subprocess.run(
                argv, cwd=root, check=False, capture_output=True, **self.popen_options
            )
        except OSError:
            return False
        return done.returncode == 0 and self.reaches(static)


def serving_account() -> Account | None:
    """Return the account for web, worker and beat, or None for an ordinary user."""
    servers = server_account()
    if servers is None:
        return None
    return next((found for found in _accounts(SERVING) if found.uid != servers.uid), servers)


def server_account() -> Account | None:
    """Return the account for the servers, or None for an ordinary user. Raises CannotStart."""
    if os.geteuid() != 0:
        return None
    for account in _accounts(SERVERS):
        return account
    raise CannotStart("As root, an account named postgres or nobody is needed for PostgreSQL.")


def _accounts(names: tuple[str, ...]) -> Iterator[Account]:
    for name in names:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            yield Account(entry.pw_uid, entry.pw_gid, name)


def close_to_others(path: Path) -> bool:
    """Let nobody but its owner read a file; tell whether that had to be done."""
    if not path.is_file() or not path.stat().st_mode & 0o077:
        return False
    path.chmod(0o600)
    return True


def servers_home(data_dir: Path, account: Account | None) -> Path:
    """Return the directory of the servers' files: the data directory, if their account reaches it.

    Below a closed /root it does not; the files then go to /var/lib, under a name derived from the
    data directory's.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    if account is None:
        return data_dir
    data_dir.chmod(data_dir.stat().st_mode | 0o011)  # to enter; what is inside is closed
    if account.reaches(data_dir):
        return data_dir
    home = SHARED / f"portal-{_tag(data_dir)}"
    home.mkdir(mode=0o711, exist_ok=True)
    return home


def within_reach(base: Path, parts: list[str], account: Account | None) -> Path:
    """Return a directory with `parts` of `base` that the account reaches: base, or a copy."""
    if account is None or account.reaches(base / parts[0]):
        return base
    copy = SHARED / f"portal-servers-{_tag(base / parts[0])}"
    stamp = f"{(base / parts[0]).stat().st_mtime_ns}"
    if not (copy / "stamp").is_file() or (copy / "stamp").read_text() != stamp:
        _copy(base, parts, copy)
        (copy / "stamp").write_text(stamp)  # last: an interrupted copy is made again
    return copy


def _copy(base: Path, parts: list[str], copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(mode=0o755)
    for part in filter(lambda part: (base / part).exists(), parts):
        if (base / part).is_dir():
            shutil.copytree(base / part, copy / part, symlinks=True)
        else:
            (copy / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(base / part, copy / part)


def _tag(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]
