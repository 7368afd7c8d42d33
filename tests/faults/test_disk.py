"""The disk of the database is full: whole acts are refused, and nothing is half-written."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from launcher.progress import Report
from launcher.stores import Stores, throwaway_ports
from tests.faults.database import led_to
from tests.faults.load import Load
from tests.faults.portal import Portal
from tests.faults.questions import flags_of, unevaluated
from tests.faults.trade import Trade

MEGABYTE = 2**20
SIZE_MB = 250
BACK_WITHIN_S = 120
FLAGGED_WITHIN_S = 60
UNDER_WAY = 10

TOLD_WITHIN_S = 15


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of a few hundred megabytes."""
    directory = Path(tempfile.mkdtemp(prefix="portal-test-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "tmpfs", str(directory)]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
            pytest.skip(
                "NO DISK IS FILLED: only root may mount a small file system, and may not here"
            )
        yield directory
        subprocess.run(["umount", str(directory)], check=True)
    finally:
        directory.rmdir()


@pytest.fixture
def portal(small_disk: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal whose stores are on the small disk."""
    with ExitStack() as ending:
        stores = Stores(small_disk, Report(), durable=False, candidates=throwaway_ports())
        ending.callback(stores.stop)
        stores.start()
        started = Portal(stores, tmp_path)
        started.prepare()
        ending.callback(started.stop)
        started.start()
        ending.enter_context(led_to(started, django_db_blocker))
        yield started


def test_readiness_says_within_seconds_that_the_disk_is_full_and_that_it_has_room_again(
    portal: Portal, small_disk: Path
) -> None:
    assert (portal.ready().status, portal.ready().body["database"]) == (200, "ok")
    filler = small_disk / "filler"
    fill(filler)
    portal.until(lambda: portal.ready().status == 503, within_s=TOLD_WITHIN_S)
    assert portal.ready().body["database"] == "takes_no_writes"
    filler.unlink()
    portal.until(lambda: portal.ready().status == 200, within_s=BACK_WITHIN_S)


@pytest.mark.long
def test_a_full_disk_refuses_whole_acts_and_all_goes_on_when_there_is_room(
    portal: Portal, small_disk: Path
) -> None:
    load = Load(Trade.opened(portal.port))
    filler = small_disk / "filler"
    with load.running():
        load.goes_on(portal, acts=UNDER_WAY, within_s=BACK_WITHIN_S)
        fill(filler)
        portal.until(lambda: len(load.unavailable) > UNDER_WAY, within_s=BACK_WITHIN_S)
        filler.unlink()
        load.goes_on(portal, acts=UNDER_WAY, within_s=BACK_WITHIN_S)
    assert set(load.told) == {201, 503}
    load.held()
    sales = load.sales
    portal.until(lambda: not unevaluated(sales), within_s=FLAGGED_WITHIN_S)
    assert len(flags_of(sales)) == len(sales)


def fill(filler: Path) -> None:
    """Leave no room at all."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(MEGABYTE)):
            pass
