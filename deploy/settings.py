#!/usr/bin/env python3
"""Writes the settings of each role, with secrets of their own.

    settings.py DIRECTORY ADDRESS MAIL

What is there already is left alone. Only root reads them: systemd hands each process its own.
"""

import os
import secrets
import sys
from pathlib import Path

DATABASE = "127.0.0.1:5432/portal"


def files(address: str, mail: str) -> dict[str, str]:
    """Return each file's text. Values hold nothing that a shell or systemd reads otherwise."""
    owner, application = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    return {
        "portal.env": f"""# For every process. The table in README.md tells what may be added.
SECRET_KEY={secrets.token_urlsafe(50)}
FACTOR_KEYS={secrets.token_urlsafe(50)}
DATABASE_URL=postgres://portal_app:{application}@{DATABASE}
CELERY_BROKER_URL=redis://127.0.0.1:6379/0
PUBLIC_URL={address}
TRUSTED_PROXIES=127.0.0.1
EMAIL_URL={mail}
STATIC_ROOT=/var/lib/portal/static
LOG_FORMAT=json
""",
        "web.env": "WEB_BIND=127.0.0.1:8000\n",
        "worker.env": "WORKER_CONCURRENCY=2\n",
        "beat.env": "# Nothing of its own.\n",
        "owner.env": f"""# For migrate and docker/roles.sql alone: no other process reads it.
MIGRATION_DATABASE_URL=postgres://portal:{owner}@{DATABASE}
READER_ROLE=portal_reader
POSTGRES_PASSWORD={owner}
APPLICATION_PASSWORD={application}
""",
    }


def write(directory: Path, address: str, mail: str) -> None:
    """Write them all, each readable by its owner alone. Exits where any is there already."""
    directory.mkdir(parents=True, exist_ok=True)
    texts = files(address, mail)
    there = [name for name in texts if (directory / name).exists()]
    if there:
        sys.exit(f"{directory} holds {', '.join(there)} already: nothing was written.")
    for name, text in texts.items():
        path = directory / name
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)


if __name__ == "__main__":
    given = sys.argv[1:]
    if (
        len(given) != 3
        or "://" not in given[2]
        or not given[1].startswith(("http://", "https://"))
    ):
        sys.exit(
            "Usage: settings.py DIRECTORY ADDRESS MAIL, such as "
            "/etc/portal https://portal.example smtp+tls://user:password@mail.example:587"
        )
    write(Path(given[0]), *given[1:])
