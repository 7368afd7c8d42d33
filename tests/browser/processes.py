"""The portal as `run.py` runs it: web, worker and beat, on stores of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from launcher import ports
from launcher.environment import ROOT
from launcher.portal import COLLECT, answers, environment, programs, python
from launcher.process import Process
from launcher.progress import Report
from launcher.stores import Stores, throwaway_ports
from tests.launcher.patience import eventually

PATIENCE_S = 60


@contextmanager
def running_portal(database: str) -> Iterator[str]:
    """Start every process of the portal on this database; give its address once all work."""
    with ExitStack() as ending:
        directory = Path(tempfile.mkdtemp(prefix="portal-test-"))
        ending.callback(shutil.rmtree, directory, ignore_errors=True)
        # Another run of the tests may look for ports at this moment.
        candidates = throwaway_ports()
        broker = _broker(directory, candidates, ending)
        port = ports.first_free(candidates)
        surroundings = _surroundings(database, broker, port, directory)
        subprocess.run(
            python("manage.py", *COLLECT.command),
            cwd=ROOT,
            env=surroundings,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        log = directory / "log"
        for program in programs(port):
            process = Process(program, surroundings, log)
            process.start()
            ending.callback(process.kill)
        assert eventually(lambda: answers(port), within_s=PATIENCE_S), log.read_text()
        assert eventually(lambda: _has_worker(port), within_s=PATIENCE_S), log.read_text()
        yield f"http://localhost:{port}"


def _broker(directory: Path, candidates: range, ending: ExitStack) -> str:
    """A broker that no other test's worker listens to."""
    valkey = Stores(directory, Report(), durable=False, candidates=candidates).valkey
    valkey.start()
    ending.callback(valkey.stop)
    return valkey.url


def _surroundings(database: str, broker: str, port: int, directory: Path) -> dict[str, str]:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}")
    given = {
        "DATABASE_URL": urlunsplit(url),
        "CELERY_BROKER_URL": broker,
        "STATIC_ROOT": str(directory / "static"),
        "DEMO_MODE": "off",
    }
    return environment({**os.environ, **given}, port)


def _has_worker(port: int) -> bool:
    with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=10) as answer:
        return bool(json.load(answer)["workers"])
