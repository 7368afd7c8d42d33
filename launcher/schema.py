"""Checks that the committed openapi.json matches the code: `python -m launcher.schema`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from launcher.environment import ROOT

COMMITTED = ROOT / "openapi.json"
WRITE = ("manage", "spectacular", "--format", "openapi-json", "--file", COMMITTED.name)


def problems() -> str:
    """Return what is wrong with the committed schema; empty when it is current."""
    with tempfile.TemporaryDirectory() as directory:
        fresh = Path(directory, COMMITTED.name)
        made = _make(fresh)
        if made.returncode:
            return made.stderr
        if not COMMITTED.is_file() or COMMITTED.read_text() != fresh.read_text():
            return f"{COMMITTED.name} is not current: run `python3 run.py {' '.join(WRITE)}`."
    return ""


def _make(path: Path) -> subprocess.CompletedProcess[str]:
    options = ["spectacular", "--format", "openapi-json", "--fail-on-warn", "--file", str(path)]
    argv = [sys.executable, "manage.py", *options]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(problems() or None)  # an empty text would count as a failure
