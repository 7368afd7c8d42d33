import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import run
from launcher import install
from launcher.errors import CannotStart, Stopped
from launcher.process import Program
from launcher.progress import Report


class Pretended:
    """Takes the place of the step runner: makes a file for a Python, remembers what was run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.steps: list[str] = []
        self.trouble: Exception | None = None

    def __call__(self, report: Report, program: Program, environment: Mapping[str, str]) -> None:
        self.steps.append(program.name)
        python = self.root / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch(mode=0o755)
        if self.trouble and len(self.steps) > 1:
            raise self.trouble


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pretended:
    (tmp_path / "requirements.lock").write_text("one==1\n")
    runner = Pretended(tmp_path)
    monkeypatch.setattr(install, "run", runner)
    return runner


def test_an_environment_is_made_once(pretended: Pretended) -> None:
    python = install.environment(pretended.root, Report())
    assert os.access(python, os.X_OK)
    assert pretended.steps == ["Making .venv", "Installing the packages"]
    install.environment(pretended.root, Report())
    assert len(pretended.steps) == 2


def test_a_changed_lock_makes_it_anew(pretended: Pretended) -> None:
    install.environment(pretended.root, Report())
    leftover = pretended.root / ".venv" / "leftover"
    leftover.touch()
    (pretended.root / "requirements.lock").write_text("one==2\n")
    install.environment(pretended.root, Report())
    assert len(pretended.steps) == 4
    assert not leftover.exists()


def test_another_python_makes_it_anew(
    pretended: Pretended, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.environment(pretended.root, Report())
    monkeypatch.setattr(sys, "version_info", (3, 13, 1))
    assert not install.is_current(pretended.root)


def test_a_python_that_is_gone_makes_it_anew(pretended: Pretended) -> None:
    install.environment(pretended.root, Report()).unlink()
    assert not install.is_current(pretended.root)


def test_an_interrupted_installation_is_redone(pretended: Pretended) -> None:
    pretended.trouble = Stopped()
    with pytest.raises(Stopped):
        install.environment(pretended.root, Report())
    pretended.trouble = None
    install.environment(pretended.root, Report())
    assert pretended.steps == ["Making .venv", "Installing the packages"] * 2


def test_a_missing_venv_module_is_named(
    pretended: Pretended, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotStart, match="run `apt-get install python3-venv`"):
        install.environment(pretended.root, Report())
    assert pretended.steps == []


def test_a_missing_network_is_named(pretended: Pretended) -> None:
    pretended.trouble = CannotStart("WARNING: Retrying after NameResolutionError …\nERROR: no")
    with pytest.raises(CannotStart, match="package index cannot be reached"):
        install.environment(pretended.root, Report())


def test_any_other_trouble_of_pip_is_shown(pretended: Pretended) -> None:
    pretended.trouble = CannotStart("THESE PACKAGES DO NOT MATCH THE HASHES")
    with pytest.raises(CannotStart, match="DO NOT MATCH"):
        install.environment(pretended.root, Report())


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_another_python_than_3_11_to_3_13_is_refused(
    version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"^Python 3\.11, 3\.12 or 3\.13 is needed; this is"):
        run.main()
