"""What the launcher itself reads from the environment or `.env`; config.settings reads the rest.

The real environment takes precedence over `.env`; an empty value counts as none.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from launcher.errors import CannotStart

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
ON = {"1", "true", "on", "yes"}
PORT_MAX = 65535


def read_dotenv(path: Path) -> dict[str, str]:
    """Read NAME=value lines; quotes around a value are removed, # begins a comment."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {found[1]: _unquoted(found[2]) for found in map(LINE.match, lines) if found}


def _unquoted(value: str) -> str:
    for quote in "'\"":
        if value.startswith(quote) and quote in value[1:]:
            return value[1 : value.index(quote, 1)]
    return re.split(r"\s+#|^#", value)[0]


def load(root: Path = ROOT) -> dict[str, str]:
    """Return what is set in the environment or `.env`."""
    values = {**read_dotenv(root / ".env"), **os.environ}
    return {name: value for name, value in values.items() if value}


def data_dir(values: dict[str, str]) -> Path:
    """Return the directory of the embedded servers, absolute."""
    return Path(values.get("PORTAL_DATA_DIR", ROOT / ".local")).expanduser().absolute()


def is_embedded(values: dict[str, str]) -> bool:
    return "DATABASE_URL" not in values


def check_broker(values: dict[str, str]) -> None:
    """Refuse a broker's address that is none, though the embedded servers take its place.

    Raises CannotStart.
    """
    if urlsplit(values.get("CELERY_BROKER_URL", "redis://")).scheme not in {"redis", "rediss"}:
        raise CannotStart("CELERY_BROKER_URL must be redis://host:port/number.")


def is_demo(values: dict[str, str]) -> bool:
    return values.get("DEMO_MODE", "on" if is_embedded(values) else "off").lower() in ON


def wanted_port(values: dict[str, str]) -> int | None:
    """Return the web port that is set, or None. Raises CannotStart for what is no port."""
    text = values.get("PORT")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= PORT_MAX:
        raise CannotStart(f"PORT must be a port from 1 to {PORT_MAX}.")
    return int(text)
