"""The bill of materials names all that production installs, and known holes are asked for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import vulnerabilities
from launcher.environment import ROOT
from launcher.errors import CannotStart
from launcher.sbom import LOCK, bill_of, sbom


def test_it_names_every_package_of_the_lock_with_its_hashes() -> None:
    bill = bill_of(LOCK.read_text())
    lines = [line for line in LOCK.read_text().splitlines() if re.match(r"\w", line)]
    assert len(bill["components"]) == len(lines) > 40
    for line, part in zip(lines, bill["components"], strict=True):
        assert line.startswith(f"{part['name']}=={part['version']}")
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
    hashes = [one["content"] for part in bill["components"] for one in part["hashes"]]
    assert set(hashes) == set(re.findall(r"sha256:([0-9a-f]{64})", LOCK.read_text()))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    (root,) = bill["dependencies"]
    assert root["dependsOn"] == [part["bom-ref"] for part in bill["components"]]


def test_the_command_writes_it_and_writes_the_same_again(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "launcher", "sbom"]
    said = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert sbom([str(tmp_path / "bill.json")]) == 0
    assert (tmp_path / "bill.json").read_text() == said
    assert json.loads(said) == bill_of(LOCK.read_text())


def test_a_package_without_a_hash_is_refused() -> None:
    with pytest.raises(CannotStart, match="evil"):
        bill_of("evil==1.0\nfine==2.0 \\\n    --hash=sha256:" + "0" * 64)


@pytest.mark.parametrize(
    ("script", "code", "word"),
    [
        ("exit 0", 0, ""),
        ("echo 'django 1.0 PYSEC-1'; exit 1", 1, "PYSEC-1"),
        ("echo 'requests.exceptions.ConnectionError' >&2; exit 1", 0, "cannot be reached"),
    ],
)
def test_a_known_hole_fails_the_check_and_what_was_not_asked_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
    code: int,
    word: str,
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert vulnerabilities.main() == code
    assert word in capsys.readouterr().out


def test_without_the_tool_that_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert vulnerabilities.main() == 0
    assert capsys.readouterr().out.startswith(vulnerabilities.SKIPPED)
