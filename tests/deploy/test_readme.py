"""README.md's way to production, walked line by line on servers of its own."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.environment import ROOT
from tests.deploy.machine import Machine, machine

README = (ROOT / "README.md").read_text()
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def lines_of(title: str) -> list[str]:
    """The commands below a paragraph's title, up to the next title."""
    _before, found, after = README.partition(f"**{title}")
    assert found, title
    lines = re.findall(r"(?m)^ {4}(.+)$", re.split(r"\n(?:\*\*|## )", after)[0])
    assert lines, title
    return lines


@pytest.fixture
def debian() -> Iterator[Machine]:
    with (
        tempfile.TemporaryDirectory(prefix="portal-test-") as directory,
        machine(Path(directory)) as made,
    ):
        yield made


def test_whoever_types_what_the_readme_says_has_a_portal_and_keeps_it(debian: Machine) -> None:
    """The first block ends by asking /readyz, and fails where that is not 200."""
    for title in ("On Debian 12 with systemd", "Backup", "Restore", "Upgrade"):
        debian.run_block(lines_of(title))


def test_no_unit_reads_what_the_owner_may() -> None:
    assert [unit.stem for unit in UNITS] == ["portal-beat", "portal-web", "portal-worker"]
    for unit in UNITS:
        text = unit.read_text()
        role = unit.stem.removeprefix("portal-")
        files = re.findall(r"(?m)^EnvironmentFile=(.+)$", text)
        assert files == ["/etc/portal/portal.env", f"/etc/portal/{role}.env"]


def test_every_unit_is_started_again_for_as_long_as_it_takes() -> None:
    for unit in UNITS:
        told = unit.read_text().splitlines()
        assert {"Restart=always", "StartLimitIntervalSec=0", "User=portal"} <= set(told)


def test_every_unit_may_do_no_more_than_it_must() -> None:
    wanted = {
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "CapabilityBoundingSet=",
        "RestrictSUIDSGID=yes",
        "TasksMax=200",
        "MemoryMax=2G",
    }
    for unit in UNITS:
        assert wanted <= set(unit.read_text().splitlines()), unit.name
