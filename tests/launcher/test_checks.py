import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import checks, schema
from launcher.checks import CHECKS, PRODUCTION, Check


def ending(name: str, code: str) -> Check:
    return Check(name, (sys.executable, "-c", code))


def test_all_checks_run_even_after_one_has_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three = (
        ending("first", "pass"),
        ending("second", "print('line 7 is wrong'); raise SystemExit(1)"),
        ending("third", "pass"),
    )
    monkeypatch.setattr(checks, "CHECKS", three)
    assert checks.check([]) == 1
    said = capsys.readouterr().out
    assert [said.count(f"{name}: {word}") for name, word in OUTCOMES] == [1, 1, 1]
    assert "line 7 is wrong" in said
    assert said.endswith("Failed: second.\n")


OUTCOMES = (("first", "done"), ("second", "failed,"), ("third", "done"))


def test_nothing_wrong_is_said_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "CHECKS", (ending("only", "pass"),))
    assert checks.check([]) == 0
    assert capsys.readouterr().out.endswith("All checks passed.\n")


def test_checks_see_production_settings_whatever_the_shell_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMO_MODE", "on")
    code = f"import os; assert os.environ['DEMO_MODE'] == {PRODUCTION['DEMO_MODE']!r}"
    monkeypatch.setattr(checks, "CHECKS", (ending("environment", code),))
    assert checks.check([]) == 0


def test_every_promised_check_is_there() -> None:
    promised = ["format", "lint", "types", "imports", "migrations", "translations"]
    assert [check.name for check in CHECKS] == [
        *promised,
        "static files",
        "deployment",
        "schema",
        "known holes",
    ]


@pytest.mark.parametrize(
    ("committed", "verdict"),
    [("{}", ""), ('{"old": 1}', "is not current"), (None, "is not current")],
)
def test_the_committed_schema_is_compared(
    committed: str | None, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(path: Path) -> subprocess.CompletedProcess[str]:
        path.write_text("{}")
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(schema, "_make", make)
    monkeypatch.setattr(schema, "COMMITTED", tmp_path / "openapi.json")
    if committed is not None:
        schema.COMMITTED.write_text(committed)
    assert verdict in schema.problems()
    assert bool(schema.problems()) == bool(verdict)


def test_the_build_can_be_run() -> None:
    assert os.access(schema.ROOT / ".ci" / "run", os.X_OK)


def test_the_check_of_the_schema_ends_as_it_finds() -> None:
    argv = [sys.executable, "-m", "launcher.schema"]
    ended = subprocess.run(argv, cwd=schema.ROOT, capture_output=True, check=False)
    assert bool(ended.returncode) == bool(schema.problems())
