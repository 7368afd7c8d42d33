"""What the embedded servers need to keep secret: made once, kept beside their data."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    secret_key: str
    database_password: str
    broker_password: str


def keys_in(home: Path) -> Keys:
    """The keys of this home, made and stored on the first call, readable by the owner only."""
    path = home / "keys.json"
    if not path.exists():
        _store(path, Keys(*(secrets.token_urlsafe(48) for _ in range(3))))
    return Keys(**json.loads(path.read_text()))


def _store(path: Path, keys: Keys) -> None:
    write_private(path, json.dumps(asdict(keys), indent=2))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
