"""The secrets of the embedded servers: made once, kept beside their data."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path


def _fresh() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Keys:
    secret_key: str = field(default_factory=_fresh)
    database_password: str = field(default_factory=_fresh)  # of the role that owns the tables
    application_password: str = field(default_factory=_fresh)
    reader_password: str = field(default_factory=_fresh)
    broker_password: str = field(default_factory=_fresh)


def keys_in(home: Path) -> Keys:
    """Return the keys of this home, readable by the owner only; missing ones are made."""
    path = home / "keys.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    keys = Keys(**stored)
    if asdict(keys) != stored:
        write_private(path, json.dumps(asdict(keys), indent=2))
    return keys


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
