"""Makes `.venv` from `requirements.lock`, once for each content of the file."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import interrupts
from launcher.environment import ROOT
from launcher.errors import CannotStart, Stopped, sentence_for
from launcher.process import Program, run
from launcher.progress import Report

INTERRUPTED = 130
NO_NETWORK = re.compile(
    "NewConnectionError|NameResolutionError|Temporary failure in name resolution|"
    "Network is unreachable|ConnectTimeout|ReadTimeout|ProxyError|Max retries exceeded"
)
PIP = (
    *("-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"),
    *("--retries", "3", "--progress-bar", "off", "--disable-pip-version-check"),
)


def ensure(root: Path = ROOT) -> Path:
    """Return the Python of a complete environment, or exit with a sentence."""
    report = Report(sys.stderr)
    interrupts.install()
    try:
        return environment(root, report)
    except Stopped:
        sys.exit(INTERRUPTED)
    except CannotStart as reason:
        sys.exit(f"The portal could not be installed. {reason}")
    except OSError as error:
        sys.exit(f"The portal could not be installed. {sentence_for(error)}")


def environment(root: Path, report: Report) -> Path:
    """Return the environment's Python; remake it unless its stamp fits `requirements.lock`."""
    python = root / ".venv" / "bin" / "python"
    if is_current(root):
        return python
    with _alone(root / "requirements.lock", report):
        if not is_current(root):  # another start may have made it meanwhile
            _make(root, report)
    return python


def is_current(root: Path) -> bool:
    stamp = root / ".venv" / "stamp"
    usable = os.access(root / ".venv" / "bin" / "python", os.X_OK)
    return usable and stamp.is_file() and stamp.read_text() == wanted_stamp(root)


def wanted_stamp(root: Path) -> str:
    """Return the stamp of a complete environment: the lock file's hash and Python's version."""
    version = "{}.{}".format(*sys.version_info)
    return hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest() + version


@contextmanager
def _alone(path: Path, report: Report) -> Iterator[None]:
    """Let one process at a time install; the lock ends with the process that holds it."""
    with path.open() as file:
        if not _try_lock(file.fileno()):
            with report.step("Waiting for another installation") as step:
                step.wait_until(lambda: _try_lock(file.fileno()), within_s=float("inf"))
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make(root: Path, report: Report) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise CannotStart("Python's venv module is missing: run `apt-get install python3-venv`.")
    venv = root / ".venv"
    shutil.rmtree(venv, ignore_errors=True)
    base = Program("Making .venv", [sys.executable, "-m", "venv", str(venv)], cwd=root)
    run(report, base, os.environ)
    _fill(venv, root, report)
    (venv / "stamp").write_text(wanted_stamp(root))  # last: an interrupted install is redone


def _fill(venv: Path, root: Path, report: Report) -> None:
    argv = [str(venv / "bin" / "python"), *PIP, "-r", str(root / "requirements.lock")]
    try:
        run(report, Program("Installing the packages", argv, cwd=root), os.environ)
    except CannotStart as reason:
        if NO_NETWORK.search(str(reason)):
            raise CannotStart(
                "The package index cannot be reached: check the network (or pip's proxy and "
                "index settings) and start again."
            ) from None
        raise
